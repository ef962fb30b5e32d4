"""What a child says to the kernel: that it is there, how far it has come, and what it sees."""

from __future__ import annotations

from typing import Literal

import msgspec

from hydro_nb.errors import Site

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
    estimates: dict[str, int] = {}
    """slot of an operator in a fused loop -> elements that it has given, about: counted on one tick in 256"""
    taps: dict[str, list[Sample]] = {}
    """slot of an operator that is watched, as the kernel calls it -> some of what it has given since the last time"""


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


class Struck(msgspec.Struct, frozen=True, tag="struck"):
    """What the process sends is as a fault says from now on."""

    location: int
    number: int
    """that of the fault"""


Event = Entered | ProbeReply | Counts | Problem | ChannelEnded | Listening
Report = Hello | Met | Struck | Event
"""everything that a child may say on its control connection"""
