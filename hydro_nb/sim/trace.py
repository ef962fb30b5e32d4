"""A schedule as readable text: each step, what each place of choice let through, with the user's line and reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from hydro_nb.errors import Site
from hydro_nb.values import ABSENT

if TYPE_CHECKING:
    from hydro_nb.sim.record import Decision, Held, Message, Record

_WIDEST = 240
_BRIEF = 160
_MOST = 200
_FEW = 6
SCREEN = 60
"""Lines."""
_MEMBER = re.compile(r"MemberId::<([^\W_]\w*)>\((\d+)\)")


class Lines(str):
    """Text of several lines, which a notebook shows as they are.

    >>> Lines("one") + " and two"
    'one and two'
    """

    __slots__ = ()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002, FBT001 - as IPython calls it
        printer.text(str(self))


def text_of(record: Record) -> str:
    """Write a whole execution down, the middle left out where it is long.

    >>> from hydro_nb.sim.record import Moment, Record
    >>> print(text_of(Record("flow", moments=[Moment("tick", 0, "tick 1 of process 0 runs")])))
    1. tick 1 of process 0 runs

    A place in the user's code is quoted where it comes up first, with its reason; later its name has to do.
    """
    lines = [*_Text(record).lines()]
    if len(lines) <= 2 * _MOST:
        return "\n".join(lines)
    left_out = len(lines) - 2 * _MOST
    return "\n".join([*lines[:_MOST], f"... {left_out} lines left out ...", *lines[-_MOST:]])


def steps_of(record: Record) -> list[list[int]]:
    """Give the moments of each step; a start at which nothing was chosen or sent says nothing."""
    steps = [numbers for _, numbers in record.steps()]
    first = steps[0] if steps else []
    silent = first and record.moments[first[0]].kind == "start" and not list(_Text(record).below(first))
    return steps[1:] if silent else steps


def gist(record: Record, lines: int = SCREEN) -> str:
    """Write an execution so that it fits a screen: whole, or what the test sees and what is unlike the plainest one."""
    whole = text_of(record)
    if len(whole.splitlines()) <= lines:
        return whole
    text = _Text(record)
    story = _fitting([*text.story()], lines - 1)
    made = sum(not decision.plain for decision in record.decisions)
    made_of = f"{made} of {sum(decision.ways > 1 for decision in record.decisions)}"
    head = (
        f"In short, with what was decided unlike in the plainest execution, {made_of}; all of it: print(failure.record)"
    )
    return "\n".join([head, *map(brief, _with_gaps(story)), *map(brief, text.waits())])


class _Step(NamedTuple):
    """A step of which a screen tells."""

    number: int
    title: str
    seen: bool
    """whether the test sees it"""
    decided: list[str]
    """what was decided in it unlike in the plainest execution"""
    printed: list[str]

    @property
    def lines(self) -> list[str]:
        """All lines."""
        return [f"{self.number}. {self.title}", *self.decided, *self.printed]


def _fitting(story: list[_Step], room: int) -> list[_Step]:
    """Leave out what is printed, and then the beginning of what the test sees, until the rest fits."""
    if _size(story) <= room:
        return story
    story = [step._replace(printed=[]) for step in story if step.seen or step.decided]
    kept = {step.number: step for step in story if step.decided}
    while _size(kept.values()) > room // 2:
        kept.popitem()
    for step in reversed(story):
        if step.number not in kept and _size([*kept.values(), step]) > room:
            break
        kept[step.number] = step
    return [kept[number] for number in sorted(kept)]


def _size(story: Iterable[_Step]) -> int:
    """Count lines, each step with the one that may stand before it."""
    return sum(len(step.lines) + 1 for step in story)


def _with_gaps(story: list[_Step]) -> Iterator[str]:
    """Give the lines of steps, and say how many steps are left out between them."""
    last = 0
    for step in story:
        if gap := step.number - last - 1:
            yield f"   ... {gap} step{'s' * (gap > 1)} ..."
        yield from step.lines
        last = step.number


def brief(line: str) -> str:
    """Write a line for a screen: members as the lanes are called, the end of what is long left out.

    >>> brief("the test asks (MemberId::<Worker>(2), 'x')")
    "the test asks (Worker/2, 'x')"
    """
    told = _MEMBER.sub(r"\1/\2", line)
    return told if len(told) <= _BRIEF else f"{told[:_BRIEF]}..."


class _Text:
    """Writes a record, and knows which places of the program have come up."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._known: set[tuple[str, Site]] = set()
        self._quoted: set[tuple[str, int]] = set()
        self._messages: dict[int, list[Message]] = {}
        for message in record.messages:
            if message.sender and message.receiver:
                self._messages.setdefault(message.sent, []).append(message)

    def lines(self) -> Iterator[str]:
        """Give all lines."""
        for number, step in enumerate(steps_of(self._record), 1):
            moment = self._record.moments[step[0]]
            place = f"      {_place(moment.site)}" if moment.site and self._quotes(moment.site) else ""
            yield f"{number}. {short(moment.title)}{place}"
            yield from self.below(step)
        yield from self._waiting() if self._record.failure else ()

    def story(self) -> Iterator[_Step]:
        """Give what the test sees and does, what goes wrong, what is printed, and what is decided otherwise."""
        for number, step in enumerate(steps_of(self._record), 1):
            moments = [self._record.moments[at] for at in step]
            unlike = [each for moment in moments for each in moment.decisions if not each.plain]
            printed = [f"     prints: {short(line)}" for moment in moments for line in moment.printed]
            seen = moments[0].kind in _SEEN
            if seen or unlike or printed:
                decided = [line for decision in unlike for line in self._decided(decision)]
                yield _Step(number, short(moments[0].title), seen, decided, printed)

    def waits(self) -> list[str]:
        """Give the first of what was under way when the test failed."""
        waiting = [*self._waiting()] if self._record.failure else []
        more = len(waiting) - _FEW
        return [*waiting[:_FEW], f"     and {more} more"] if more > 1 else waiting

    def below(self, step: list[int]) -> Iterator[str]:
        """Give what was decided in a step, what was printed, and what was sent from place to place."""
        for at in step:
            moment = self._record.moments[at]
            told = [each for each in moment.decisions if each.moved and not (each.between and each.plain)]
            for decision in told:
                yield from self._decided(decision)
            if still := [each for each in moment.decisions if not each.moved]:
                yield f"     nothing new from {', '.join(dict.fromkeys(map(_named, still)))}"
            yield from (f"     prints: {short(line)}" for line in moment.printed)
            yield from (f"     {short(text)}" for text in moment.skipped)
            yield from self._sent(at)

    def _decided(self, decision: Decision) -> Iterator[str]:
        new = self._is_new(decision.slot, decision.site)
        quoted = new and bool(decision.site.cell) and self._quotes(decision.site)
        name = "" if quoted or decision.between else f"    ({_named(decision)})"
        yield f"     {short(decision.phrase)}{name}"
        if decision.held:
            yield f"       and not yet: {short(', '.join(listed(decision.held, decision.unsaid)))}"
        if quoted:
            yield f"       at {_place(decision.site)}"
        if new and decision.reason:
            yield f"       where any outcome is right, as: {short(decision.reason)}"

    def _is_new(self, slot: str, site: Site) -> bool:
        known = (slot, site) in self._known
        self._known.add((slot, site))
        return not known

    def _quotes(self, site: Site) -> bool:
        """Whether a line is to be quoted here: the first time that it comes up."""
        line = (site.cell, site.line)
        first = line not in self._quoted
        self._quoted.add(line)
        return first

    def _sent(self, at: int) -> Iterator[str]:
        sent: dict[tuple[int, int, str], list[str]] = {}
        for message in self._messages.get(at, ()):
            sent.setdefault((message.sender, message.receiver, message.fate), []).append(message.text)
        for (sender, receiver, fate), texts in sent.items():
            yield f"     {self._way(sender, receiver, fate, texts)}"

    def _way(self, sender: int, receiver: int, fate: str, texts: list[str]) -> str:
        lanes = self._record.lanes
        return f"{lanes[sender].name} sends {short(', '.join(texts))} to {lanes[receiver].name}{_FATES[fate]}"

    def _waiting(self) -> Iterator[str]:
        """Give what was under way when the test failed."""
        ran = (moment for moment in reversed(self._record.moments) if moment.kind in _RUNS)
        none: list[Held] = []
        held = next((moment.held for moment in ran), none)
        if held or self._record.under_way:
            yield "Still under way:"
        for message in self._record.under_way:
            yield f"     {self._way(message.sender, message.receiver, message.fate, [message.text])}"
        for each in held:
            name = self._record.lanes[each.lane].name
            yield f"     at {name}, not yet looked at: {short(', '.join(listed(each.texts, each.unsaid)))}"


_SEEN = ("test", "output", "fault", "time")
_RUNS = ("run", "tick", "observe")
_FATES = {"arrived": "", "lost": ", which is lost", "late": ", which does not arrive"}


def _named(decision: Decision) -> str:
    """Name a place that has come up: by the variable that holds its result, else by its line."""
    return f"`{decision.site.name}`" if decision.site.name else f"line {decision.site.line}"


def _place(site: Site) -> str:
    return " ".join(str(site).split())


def short(text: str) -> str:
    """Write a text on one line, its end left out where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}..."


def listed(some: tuple[str, ...], unsaid: int) -> tuple[str, ...]:
    """Give texts of which there may be more than are written down.

    >>> listed(("1", "2"), 7)
    ('1', '2', '... and 7 more')
    """
    return (*some, f"... and {unsaid} more") if unsaid else some


def shown(value: Any) -> str:
    """Write a value, also one that cannot say what it is.

    >>> shown([1])
    '[1]'
    """
    if value is ABSENT:
        return "(absent)"
    if type(value) is list:
        return f"[{', '.join(map(shown, cast('list[Any]', value)))}]"
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - a user's own `__repr__` may raise anything
        return f"<{type(value).__name__}>"
