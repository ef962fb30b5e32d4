"""Everything that crosses a process boundary, as data: the program, the bootstrap, frames, control, telemetry.

msgspec Structs, decoded into their declared types, so that a bad message fails at the edge and names its field.
"""

from __future__ import annotations

import struct
from typing import Literal

import msgspec

from hydro_nb.errors import Site

VERSION = 1
SAMPLED = 8
"""Elements of a stream that are kept for whoever looks."""

# ---------------------------------------------------------------- the program of one location


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


class SidecarSpec(msgspec.Struct, frozen=True):
    """An async function beside the ticks, which `function()` gives: it is fed from `output` and feeds `input`."""

    input: str
    output: str
    function: str
    op: str
    slot: str
    site: Site = Site()


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


# ---------------------------------------------------------------- frames between processes

HEADER = struct.Struct("<BBBxQQQQI")
"""version, kind, flags, channel, sender epoch, receiver epoch, sequence, count; the body follows at once.

`channel` is that of two peers: its edge in the lower 32 bits, then the sender's and the receiver's member.

`sequence` counts the DATA and END frames of a channel from 1; in CREDIT it is the bytes granted by this frame.

The body of an END is empty, or how many starts of processes its sender knew of, all together: it holds until another
process is started.
"""

HELLO, DATA, CREDIT, END, END_ACK = range(1, 6)
TIMER_DERIVED = 1
"""Flag of a DATA frame whose elements come from a timer alone, so that `settle` does not wait for the next one."""
BROKEN = 2
"""Flag of an END frame whose sender failed; the body says how, and what was received is a prefix."""
DRY = 4
"""Flag of an END frame whose sender has nothing more to do because what it received from has failed."""
GENERATION = struct.Struct("<Q")
"""The body of an END that another start of a process takes back."""


class Header(msgspec.Struct, frozen=True):
    """The fields of `HEADER`, in its order."""

    version: int
    kind: int
    flags: int
    channel: int
    sender_epoch: int
    receiver_epoch: int
    sequence: int
    count: int


# ---------------------------------------------------------------- parent -> child


LENGTH = struct.Struct("<Q")
"""Stands before each of the two frames on a child's stdin."""


class Resident(msgspec.Struct, frozen=True):
    """One peer that lives in a child: a location, or a member of one, with the channels that end at it."""

    program: LocationProgram
    peer: int
    channels: tuple[ChannelSpec, ...]


class Keys(msgspec.Struct, frozen=True):
    """The CURVE keys of an OS process where its sockets are TCP: its own pair, and the public ones of others."""

    public: bytes
    secret: bytes
    kernel: bytes
    peers: dict[int, bytes]
    """of who may connect to it, and whom it connects to: the peers that a channel leads to or comes from"""

    def __repr__(self) -> str:
        return f"<Keys of {self.public.decode()}>"


class Bootstrap(msgspec.Struct, frozen=True):
    """The first frame on a child's stdin; each resident's cloudpickled captures follow it as a frame of their own."""

    residents: tuple[Resident, ...]
    endpoints: dict[int, str]
    """peer -> the endpoint that the one receiving socket of its process is bound to; all that there are at the start"""
    epochs: dict[int, int]
    """peer -> how often it has been started"""
    control: str
    token: bytes
    path: list[str]
    cwd: str
    max_buffer: int
    gone: dict[int, str] = {}
    """peer that has ended before this process starts -> why; it has no endpoint"""
    returning: frozenset[int] = frozenset()
    """those of them that are being started again"""
    outputs: tuple[tuple[int, int], ...] = ()
    """descriptors of what stands for stdout and stderr, of each resident but the first, which has the standard ones"""
    environment: dict[bytes, bytes] | None = None
    """the kernel's, for a child that did not get it when it was started"""
    keys: Keys | None = None
    """where the sockets are TCP"""

    def __repr__(self) -> str:
        # it holds secrets, and tracebacks show what a frame holds
        return f"<Bootstrap of {', '.join(each.program.title(member_of(each.peer)) for each in self.residents)}>"


class Go(msgspec.Struct, frozen=True, tag="go"):
    """Every process is connected: start."""


class Connect(msgspec.Struct, frozen=True, tag="connect"):
    """Every process is bound: connect and say hello on every channel."""

    endpoints: dict[int, str] = {}
    """peer -> what it is bound to, where that was not known before"""


class Probe(msgspec.Struct, frozen=True, tag="probe"):
    """Asks for the counts that `settle` compares."""

    round: int


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """End; with `drain`, after everything under way has been delivered and acknowledged."""

    drain: bool = True


class PeerGone(msgspec.Struct, frozen=True, tag="gone"):
    """A peer has ended: its channels end with it."""

    peer: int
    reason: str
    returns: bool = False
    """whether it is being started again"""


class PeerJoined(msgspec.Struct, frozen=True, tag="joined"):
    """A peer that had ended has been started again: new channels lead to it and come from it."""

    peer: int
    endpoint: str
    epoch: int
    key: bytes = b""
    """its new public key, where the sockets are TCP"""


class Fault(msgspec.Struct, frozen=True, tag="fault"):
    """What is to become of all that goes to a peer, on purpose; it takes the place of what was said before."""

    peer: int
    cut: bool = False
    """whether frames are held, and what may be lost is"""
    delay: float = 0.0
    """seconds that each frame is held"""
    drop: float = 0.0
    """share of the elements that are lost on channels that may lose"""
    seed: int = 0
    """chooses which"""


class Severed(msgspec.Struct, frozen=True, tag="severed"):
    """The link to and from a peer was cut for too long: the channels on it that lose nothing have ended."""

    peer: int
    reason: str


class Hold(msgspec.Struct, frozen=True, tag="hold"):
    """Do nothing but listen to the kernel, or go on: for systems where a stopped process would outlive the kernel."""

    on: bool


Control = Go | Connect | Probe | Stop | PeerGone | PeerJoined | Fault | Severed | Hold


class To(msgspec.Struct, frozen=True):
    """What the kernel says to a child: to one of its residents."""

    peer: int
    message: Control


# ---------------------------------------------------------------- child -> parent

Phase = Literal[
    "starting", "bound", "connected", "running", "paused", "settled", "stopping", "stopped", "failed", "killed"
]
"""How far a process has come; `paused` and `killed` is one that was paused or killed on purpose."""


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The first message on a control connection; without the deployment's token the connection is not heard.

    In this and all that a child says `location` is the peer that it speaks of: one of the child's residents.
    """

    location: int
    pid: int
    token: bytes
    others: tuple[int, ...] = ()
    """the child's other residents"""

    def __repr__(self) -> str:
        return f"<Hello of {self.location}>"


class Entered(msgspec.Struct, frozen=True, tag="entered"):
    """The process reached this phase of its life."""

    location: int
    phase: Phase
    pid: int
    time: float
    endpoint: str = ""
    """of one that is bound: to what"""


class ProbeReply(msgspec.Struct, frozen=True, tag="probed"):
    """What `settle` compares: two equal rounds with nothing under way prove quiescence."""

    location: int
    round: int
    idle: bool
    changes: int
    sent: dict[int, int]
    received: dict[int, int]
    timers_fired: bool
    waiting_on: str = ""
    """the source that is not exhausted, if any"""
    timer_sent: dict[int, int] = {}
    """elements derived from timers alone, which `sent` and `received` leave out"""
    timer_received: dict[int, int] = {}
    last_change: float = 0.0
    """when `changes` last grew, on the monotonic clock of this machine"""
    last_fire: float = 0.0
    """when the timer that fired longest ago fired; 0.0 without timers or before the first"""


class Sample(msgspec.Struct, frozen=True):
    """The rendered text of an element, and its type's name."""

    time: float
    text: str
    type: str


class SkippedElement(msgspec.Struct, frozen=True):
    """An element that an operator went on without: its text, what its function raised, and the user's line."""

    element: str
    error: str
    site: Site = Site()

    def __str__(self) -> str:
        line = f" ({self.site.short})" if self.site.cell else ""
        error = self.error.partition("\n")[0]
        return f"{_cut(self.element)}: {_cut(error)}{line}"


class Skipped(msgspec.Struct, frozen=True):
    """How many elements an operator went on without, and the newest of them, newest last."""

    count: int
    newest: tuple[SkippedElement, ...] = ()
    op: str = ""
    site: Site = Site()
    """the operator's line"""


class Counts(msgspec.Struct, frozen=True, tag="counts"):
    """Totals since the start, per slot, with the newest rendered elements of the slots that have new ones."""

    location: int
    time: float
    totals: dict[str, int]
    samples: dict[str, list[Sample]] = {}
    values: dict[str, Sample] = {}
    """slot of a live singleton -> its present value"""
    cpu: float = 0.0
    """CPU seconds used so far"""
    memory: int = 0
    """resident bytes"""
    queued: int = 0
    """elements received or made and not yet processed or sent"""
    discarded: dict[str, int] = {}
    """slot of a network edge -> elements dropped: their receiver has gone, or had no room where they may be lost"""
    skipped: dict[str, Skipped] = {}
    """slot of an operator that has skipped more -> all that it has skipped"""
    refused: int = 0
    """connections of nobody it knows, frames of none of its channels, clients of its ports that it turned away"""


class Problem(msgspec.Struct, frozen=True, tag="problem"):
    """An error in a process: which operator, which element, the user's own line and frames."""

    location: int
    time: float
    error: str
    """the error's type and message, one text"""
    slot: str = ""
    op: str = ""
    site: Site = Site()
    element: str = ""
    frames: tuple[Site, ...] = ()
    """the user's frames, outermost first"""
    fatal: bool = True
    """whether it is why its process, and with it the deployment, has failed"""
    sequel: str = ""
    """what was done about it, where a policy says whether the process starts again"""
    process: str = ""
    """the name of its process, which is known to the deployment"""
    skipped: bool = False
    """whether the operator went on without the element"""

    def __str__(self) -> str:
        where = f", {'skipped by' if self.skipped else 'in'} `{self.op}`" if self.op else ""
        what = f" on element {self.element}" if self.element else ""
        line = f" ({self.site.short})" if self.site.cell else ""
        error = self.error.partition("\n")[0]
        then = f"; {self.sequel}" if self.sequel else ""
        return f"{self.process or f'process {self.location}'}: {_cut(error)}{where}{_cut(what)}{line}{then}"

    def __repr__(self) -> str:
        return f"<Problem of {self}>"


def _cut(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


class ChannelEnded(msgspec.Struct, frozen=True, tag="channel-ended"):
    """A channel ended: by its sender (`reason` is empty) or broken (`reason` says how)."""

    location: int
    channel: int
    time: float
    reason: str = ""


class Listening(msgspec.Struct, frozen=True, tag="listening"):
    """The process listens for the clients of this port."""

    location: int
    slot: str
    host: str
    port: int


class LogLine(msgspec.Struct, frozen=True, tag="log"):
    """One line that a process wrote; made in the kernel from the child's pipes.

    `location` is the display name, such as ``Leader`` or ``process 1``, `member` its number in a cluster, else None;
    `time` is seconds since the epoch.
    """

    location: str
    member: int | None
    stream: Literal["stdout", "stderr"]
    level: str
    time: float
    text: str

    @property
    def name(self) -> str:
        """The process that wrote it: `Leader`, `Worker/3`."""
        return self.location if self.member is None else f"{self.location}/{self.member}"

    def __str__(self) -> str:
        tag = self.name if self.stream == "stdout" else f"{self.name} stderr"
        return f"[{tag}] {self.text}"


class Met(msgspec.Struct, frozen=True, tag="met"):
    """The process has made its ends of the channels to and from a peer that was started again."""

    location: int
    peer: int
    epoch: int


Event = Entered | ProbeReply | Counts | Problem | ChannelEnded | Listening
Report = Hello | Met | Event
"""everything that a child may say on its control connection"""
