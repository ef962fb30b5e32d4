"""The program of one location, as data: what its process runs, and what it is connected to."""

from __future__ import annotations

from typing import Literal

import msgspec

from hydro_nb.errors import Site

SAMPLED = 8
"""Elements of a stream that are kept for whoever looks."""


class SourceLine(msgspec.Struct, frozen=True):
    """What a line of generated source came from: the node, the user's line, an expression that gives the element."""

    slot: str
    op: str
    site: Site
    element: str = ""
    parts: tuple[SourcePart, ...] = ()
    """what came from elsewhere; of parts one inside another, the inner one counts"""

    def at(self, start: int, end: int) -> SourceLine:
        """Give what the bytes of a line from `start` to `end` came from, counted without its indentation."""
        around = [part for part in reversed(self.parts) if part.start <= start and end <= part.end]
        return min(around, key=lambda part: part.end - part.start).line if around else self


class SourcePart(msgspec.Struct, frozen=True):
    """The bytes of a line of generated source, counted without its indentation, that came from something else."""

    start: int
    end: int
    line: SourceLine


class CodecSpec(msgspec.Struct, frozen=True):
    """How a channel's elements become bytes; `type_name` names an entry of the location's captures, "" if unknown."""

    codec: Literal["bincode", "msgpack", "self-describing", "pickle"]
    type_name: str = ""


MEMBER_BITS = 16
"""A location's members are numbered below 2 ** 16, and so are the locations and the edges of a flow."""


def peer(location: int, member: int = 0) -> int:
    """Give the number of one process of a deployment: of a location, or of one member of a cluster.

    >>> peer(3), peer(3, 1)
    (3, 65539)
    """
    return location | member << MEMBER_BITS


def location_of(number: int) -> int:
    """Give the location of a peer.

    >>> location_of(peer(3, 1))
    3
    """
    return number & (1 << MEMBER_BITS) - 1


def member_of(number: int) -> int:
    """Give which member of its location a peer is.

    >>> member_of(peer(3, 1))
    1
    """
    return number >> MEMBER_BITS


def edge_of(link: int) -> int:
    """Give the edge of a channel between two peers.

    >>> edge_of(5 | 1 << 32)
    5
    """
    return link & (1 << 2 * MEMBER_BITS) - 1


Route = Literal["one", "members", "all", "closed", "turns"]


class ChannelSpec(msgspec.Struct, frozen=True):
    """One direction of one network edge between two locations, or between a location and an external client.

    `output` names the sender's output list, `input` the receiver's input list; `edge` is the slot of the network node.
    In a program there is one for each edge, between locations; in a deployment one for every two peers, by `between`.
    """

    id: int
    name: str
    edge: str
    sender: int
    receiver: int
    output: str
    input: str
    codec: CodecSpec
    cyclic: bool = False
    site: Site = Site()
    route: Route = "one"
    """which members of the receiver an element goes to: of `members` it comes in a pair with the one it is for"""
    sender_tag: str | None = None
    """where a cluster sends: its marker; what arrives is then paired with the id of the member that sent it"""
    receiver_tag: str = "_"
    """where a cluster receives: its marker, which the ids in front of elements have where they have any"""
    policy: Literal["fail_stop", "lossy", "lossy_delayed_forever"] = "fail_stop"
    ordered: bool = True
    """whether the transport keeps the order of what it does not lose"""
    op: str = "send"
    """the method that the user called"""

    def between(self, sender: int, receiver: int) -> ChannelSpec:
        """Give the channel of this edge between two members."""
        link = self.id | sender << 2 * MEMBER_BITS | receiver << 3 * MEMBER_BITS
        ends = {"sender": peer(self.sender, sender), "receiver": peer(self.receiver, receiver)}
        return msgspec.structs.replace(self, id=link, **ends)


class MembersSpec(msgspec.Struct, frozen=True):
    """A look at the members of a cluster: who joins and leaves is put into `input`."""

    input: str
    cluster: int
    tag: str


class TimerSpec(msgspec.Struct, frozen=True):
    """A timer that puts one `()` into the input list of this name every `interval` seconds after `delay` seconds.

    `interval_from` and `delay_from` name generated functions that give them where the timer runs.
    """

    input: str
    interval: float
    delay: float = 0.0
    interval_from: str = ""
    delay_from: str = ""


class SourceSpec(msgspec.Struct, frozen=True):
    """A `source_stream`: the generated function `function()` gives an iterator (sync or async) that feeds `input`."""

    input: str
    function: str
    slot: str
    site: Site = Site()


class FutureSpec(msgspec.Struct, frozen=True):
    """Awaitables that the tick puts into the list `output`; their results come back in the list `input`."""

    output: str
    input: str
    op: str
    slot: str
    ordered: bool
    site: Site = Site()
    skips: bool = False
    """whether one that fails is counted and left out"""


class FramingSpec(msgspec.Struct, frozen=True):
    """How the bytes of a connection are cut into elements, each of at most so many bytes.

    A frame of known length holds bytes, or what a codec makes of an element.
    """

    kind: Literal["lines", "length-delimited", "bytes"]
    limit: int
    codec: CodecSpec | None = None


class ServedSpec(msgspec.Struct, frozen=True):
    """A TCP port that a process listens on; 0 leaves its number to the system.

    What clients send goes into the list `input`, their coming and going into `membership`, and what the tick puts into
    the list `output` goes to them: where there may be many, all three hold pairs with a client's number.
    """

    slot: str
    op: str
    name: str
    host: str
    port: int
    many: bool
    input: str
    incoming: FramingSpec
    outgoing: FramingSpec
    membership: str = ""
    output: str = ""
    site: Site = Site()
    token: str = ""
    """the name, among the captured values, of what a client must send as its first line; "" where anybody may come"""
    usual: int = 0
    """the number that the system gave to it in an earlier life; another one where that is taken by now"""


class SidecarSpec(msgspec.Struct, frozen=True):
    """An async function beside the ticks, which `function()` gives: it is fed from `output` and feeds `input`."""

    input: str
    output: str
    function: str
    op: str
    slot: str
    site: Site = Site()


def digest(source: str) -> str:
    r"""Give what tells generated programs apart; the lines of the user's that they quote do not count.

    >>> digest("# map(f)\nx = 1") == digest("x = 1")
    True
    """
    from hashlib import sha256  # noqa: PLC0415 - few processes need it

    return sha256("\n".join(statements(source)).encode()).hexdigest()


def statements(source: str) -> list[str]:
    """Give the lines of generated source without comments, which repeat lines of the user's, and without its title."""
    return [line for line in source.split("\n") if not line.lstrip().startswith(("#", '"""'))]


class LocationProgram(msgspec.Struct, frozen=True):
    """What one location runs: its generated source and everything around it, without the captured values.

    The source, executed with the captured values as its globals, defines `start() -> State` and
    `tick(state, inputs, outputs) -> bool`: `inputs` and `outputs` map names to lists, the result says whether a
    bounded source has more to give at once. A `State` has one attribute per state slot, `room` (elements that a bounded
    source may give in this tick), and `counts` (name -> elements so far) and `samples` (name -> newest element).
    """

    id: int
    slot: str
    name: str
    kind: Literal["process", "cluster", "external"]
    source: str = ""
    lines: tuple[SourceLine | None, ...] = ()
    sources: tuple[SourceSpec, ...] = ()
    timers: tuple[TimerSpec, ...] = ()
    outputs: tuple[str, ...] = ()
    watch: dict[str, str] = {}
    """slot of a live singleton -> the state attribute that holds its value"""
    names: dict[str, str] = {}
    """the name of a node in the source, which is the key of `counts` and `samples` -> its slot"""
    skipping: dict[str, str] = {}
    """the same for nodes that go on without elements which their functions fail on, the keys of `skipped`"""
    futures: tuple[FutureSpec, ...] = ()
    sinks: tuple[str, ...] = ()
    """the state attributes that are closed when the location ends"""
    served: tuple[ServedSpec, ...] = ()
    sidecars: tuple[SidecarSpec, ...] = ()
    members: tuple[MembersSpec, ...] = ()
    tag: str = ""
    """a cluster's marker"""

    def title(self, member: int) -> str:
        """Give the name of one process of this location: `Leader`, `Worker/3`."""
        return f"{self.name}/{member}" if self.kind == "cluster" else self.name

    def operator(self, slot: str) -> tuple[str, Site]:
        """Give the name and the line of an operator that has lines in the source."""
        lines = (each for line in self.lines if line for each in (line, *(part.line for part in line.parts)))
        return next(((line.op, line.site) for line in lines if line.slot == slot), ("", Site()))
