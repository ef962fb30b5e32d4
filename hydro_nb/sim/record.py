"""An execution written down: what happened, in order, as data that text, pictures and questions are made from.

An execution is a row of *moments*: something that the test did, one run of a tick or of what is outside ticks, an
element that was put into order, something that the flow gave. Places are *lanes*; what goes from lane to lane is a
*message*, with the moments at which it was sent and was read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from hydro_nb.errors import Site

if TYPE_CHECKING:
    from hydro_nb.sim.explain import Verdict

MomentKind = Literal["start", "test", "tick", "observe", "run", "output", "time", "fault"]
"""`run`: of what is outside ticks, which follows by itself; `observe`: an element is put into order."""
Fate = Literal["arrived", "lost", "late"]


@dataclass(slots=True)
class Lane:
    """A place of the execution: the test (lane 0), a process, a member of a cluster."""

    name: str
    kind: Literal["test", "process", "cluster"]


@dataclass(slots=True)
class Operator:
    """An operator of the flow that ran."""

    slot: str
    label: str
    site: Site
    inputs: tuple[str, ...] = ()
    """the operators that it takes from, by their slots"""
    live: bool = False
    """whether it has a value that goes on from tick to tick, and gives it whenever it may be another one"""


@dataclass(slots=True)
class Decision:
    """One choice that was made, or that could not be made differently: what one place let through."""

    slot: str
    phrase: str
    site: Site
    reason: str = ""
    """why any outcome is right, as the program says"""
    held: tuple[str, ...] = ()
    """what stayed behind, or the first of it"""
    unsaid: int = 0
    """how many stayed behind besides these"""
    choices: tuple[int, ...] = ()
    """which numbers of the schedule it is"""
    ways: int = 1
    """how many ways there were"""
    moved: bool = True
    """whether anything was let through"""
    plain: bool = True
    """whether it was the plainest: everything at once, in the order of arrival, what is ready first before the rest"""
    between: bool = False
    """whether it was between several that could go on"""


@dataclass(slots=True)
class Value:
    """Something that an operator gave: an element, or the present content of a live value."""

    slot: str
    port: int
    text: str


@dataclass(slots=True)
class Held:
    """What waits at a place of choice for a tick to take it."""

    lane: int
    slot: str
    texts: tuple[str, ...]
    """all of it, or the first of it"""
    unsaid: int = 0
    """how many wait besides these"""


@dataclass(slots=True)
class Moment:
    """One thing that happened, at one lane."""

    kind: MomentKind
    lane: int
    title: str
    site: Site | None = None
    time: float = 0.0
    """seconds of the simulation's clock"""
    decisions: list[Decision] = field(default_factory=list[Decision])
    values: list[Value] = field(default_factory=list[Value])
    """what the operators gave, in order"""
    held: list[Held] = field(default_factory=list[Held])
    """what waits after it"""
    printed: list[str] = field(default_factory=list[str])
    """what functions of the program printed in it, line by line"""
    skipped: list[str] = field(default_factory=list[str])
    """the elements that operators with `on_error="skip"` went on without, each with the operator and the error"""
    state: dict[str, str] = field(default_factory=dict[str, str])
    """what the operators of this lane that remember something have remembered after it, as the user calls each"""


@dataclass(slots=True)
class Message:
    """Something that went from lane to lane."""

    slot: str
    label: str
    sender: int
    receiver: int
    sent: int
    """the moment at which it was sent"""
    text: str
    fate: Fate = "arrived"
    read: int | None = None
    """the moment at which it was read, if it was"""


@dataclass(slots=True)
class Record:
    """All that happened in one execution."""

    flow: str
    lanes: list[Lane] = field(default_factory=list[Lane])
    moments: list[Moment] = field(default_factory=list[Moment])
    messages: list[Message] = field(default_factory=list[Message])
    operators: dict[str, Operator] = field(default_factory=dict[str, Operator])
    """by slot, in the order of the program"""
    schedule: tuple[int, ...] = ()
    ways: tuple[int, ...] = ()
    """how many ways there were at each number of the schedule, and after its end, where the plainest was chosen"""
    spared: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """where nothing went wrong though it might have: after which moment, and which number of the schedule it is"""
    failure: str = ""
    """what the test raised; empty where it passed"""
    test: str = ""
    """what the test is called"""
    simulation: str = "flow.sim()"
    """how the simulation is made"""
    verdicts: Callable[[], Iterator[Verdict]] | None = field(default=None, repr=False, compare=False)
    """tries which decisions matter, by running the test again; where it failed"""

    @property
    def under_way(self) -> list[Message]:
        """What was sent to a place and not read at the end."""
        return [each for each in self.messages if each.fate == "arrived" and each.read is None and each.receiver]

    @property
    def decisions(self) -> list[Decision]:
        """All decisions in their order."""
        return [decision for moment in self.moments for decision in moment.decisions]

    def steps(self) -> list[tuple[Moment, list[int]]]:
        """Give what did not follow by itself, each with the numbers of the moments that belong to it.

        Elements that one place puts into order one after the other are one step.
        """
        steps: list[tuple[Moment, list[int]]] = []
        for number, moment in enumerate(self.moments):
            if steps and (moment.kind == "run" or _goes_on(steps[-1][0], moment)):
                steps[-1][1].append(number)
            else:
                steps.append((moment, [number]))
        return steps

    def __str__(self) -> str:
        from hydro_nb.sim.trace import text_of  # it is made of records

        return text_of(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from hydro_nb.notebook.still import still  # a page is all that needs it

        return still(self)


def _goes_on(begun: Moment, moment: Moment) -> bool:
    """Whether a place takes one more element, and nothing else has happened since it took the last."""
    return begun.kind == moment.kind == "observe" and begun.title == moment.title
