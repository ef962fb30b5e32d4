"""Where everything of an execution stands in its picture: places as lanes from top to bottom, time to the right.

A step begins to the right of all before it; what follows in it by itself stands under one another where it may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from hydro_nb.notebook.cutting import ABSENT, WIDEST, apart, cut, flat
from hydro_nb.sim.record import Decision, Message, Moment, Record
from hydro_nb.sim.trace import listed, steps_of

Mark = Literal["title", "batch", "snapshot", "order", "other", "more"]
CHARACTER = 6.63
"""Width of a character of the picture's font."""
LINE = 15.0
ENDING = 36
"""Characters of how it ended."""
MOST_LINES = 4
"""Places of choice that are written into the box of a tick; the rest is told when it is pointed at."""
TOP = 24.0
_BETWEEN_STEPS, _WITHIN, _AROUND, _DOT, _CROSSING = 20.0, 16.0, 9.0, 9.0, 30.0
_LANE = 46.0
_AT, _PASSED = re.compile(r"at (\S+ s) "), re.compile(r"(\S+ s) have passed")


@dataclass(frozen=True)
class Line:
    """One line of a box."""

    mark: Mark
    text: str
    held: int = 0
    """how much stayed behind"""
    most: int = WIDEST
    """characters that there is room for"""


@dataclass
class Box:
    """A moment as it is drawn."""

    moment: int
    step: int
    kind: str
    lane: int
    lines: list[Line]
    full: str
    x: float = 0.0
    y: float = 0.0
    width: float = _DOT
    height: float = _DOT

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width

    @property
    def middle(self) -> float:
        """Where arrows begin and end."""
        return self.x + self.width / 2


@dataclass(frozen=True)
class Arrow:
    """Messages that went the same way at the same time."""

    step: int
    """in which it was sent"""
    read: int
    """in which it was read; -1 where it was not"""
    fate: Literal["arrived", "lost", "late", "open"]
    begin: tuple[float, float]
    end: tuple[float, float]
    loop: bool
    """whether it goes to where it came from"""
    label: str
    full: str


@dataclass(frozen=True)
class Gap:
    """Where a lane is down: its process has crashed, or has not come yet."""

    lane: int
    left: float
    right: float


@dataclass
class Layout:
    """A picture, ready to be drawn."""

    names: list[str]
    kinds: list[str]
    middles: list[float] = field(default_factory=list[float])
    """where each lane runs"""
    boxes: list[Box] = field(default_factory=list[Box])
    arrows: list[Arrow] = field(default_factory=list[Arrow])
    gaps: list[Gap] = field(default_factory=list[Gap])
    times: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    """from where on the clock shows what, if it ever moves"""
    bands: list[tuple[int, float, float]] = field(default_factory=list[tuple[int, float, float]])
    """each step, from where to where"""
    end: str = ""
    width: float = 0.0
    height: float = 0.0


def lay_out(record: Record, most: int = 0) -> Layout:
    """Place everything that an execution consists of, or the end of it: whole steps of about so many moments.

    >>> from hydro_nb.sim.record import Lane
    >>> layout = lay_out(Record("flow", [Lane("test", "test")], [Moment("test", 0, "the test sends 1")]))
    >>> [(box.kind, box.full) for box in layout.boxes]
    [('test', 'the test sends 1')]
    """
    return _Placing(record, most).layout


class _Placing:
    """Places moment after moment."""

    def __init__(self, record: Record, most: int) -> None:
        self.record = record
        self.layout = Layout([lane.name for lane in record.lanes], [lane.kind for lane in record.lanes])
        self._right = [0.0] * len(record.lanes)
        self._edge = 12.0
        self._of: dict[int, Box] = {}
        self._sent: dict[int, list[Message]] = {}
        self._read: dict[int, list[Message]] = {}
        for message in record.messages:
            self._sent.setdefault(message.sent, []).append(message)
            if message.read is not None and message.read != message.sent:
                self._read.setdefault(message.read, []).append(message)
        least = len(record.moments) - most if most else 0
        shown = [(step, numbers) for step, numbers in enumerate(steps_of(record)) if numbers[-1] >= least]
        self._written = {number: self._write(number) for _, numbers in shown for number in numbers}
        self._cuts = apart((line.text, line.most) for lines in self._written.values() for line in lines)
        for step, numbers in shown:
            self._place_step(step, numbers)
        self._finish()

    # ------------------------------------------------------------ from left to right

    def _place_step(self, step: int, numbers: list[int]) -> None:
        left = self._edge + _BETWEEN_STEPS * bool(self.layout.bands)
        for number in numbers:
            self._place(self._box(step, number), left)
        right = max((self._of[number].right for number in numbers), default=left)
        self.layout.bands.append((step, left, right))
        now = _now(self.record, numbers)
        if now not in ["0 s", *(text for _, text in self.layout.times)][-1:]:
            self.layout.times.append((left, now))

    def _place(self, box: Box, left: float) -> None:
        lanes = [box.lane, 0] if box.kind == "output" else [box.lane]
        senders = [self._of[m.sent].middle + _CROSSING for m in self._read.get(box.moment, ()) if m.sent in self._of]
        after = max(self._right[lane] + _WITHIN for lane in lanes)
        centre = max([0.0, *senders])
        box.x = max(left, after, centre - box.width / 2)
        for lane in lanes:
            self._right[lane] = box.right
        self._edge = max(self._edge, box.right)
        self._of[box.moment] = box
        self.layout.boxes.append(box)

    def _box(self, step: int, number: int) -> Box:
        moment = self.record.moments[number]
        lines = [replace(line, text=self._cuts[line.text, line.most]) for line in self._written[number]]
        box = Box(number, step, moment.kind, moment.lane, lines, _full(moment))
        if box.lines:
            box.width = max(_wide(line) for line in box.lines) + 2 * _AROUND
            box.height = LINE * len(box.lines) + 7
        return box

    def _write(self, number: int) -> list[Line]:
        """Give what stands in the box of a moment, not cut yet."""
        sent = [m for m in self._sent.get(number, ()) if 0 in (m.sender, m.receiver)]
        return _lines(self.record.moments[number], sent, self.record)

    # ------------------------------------------------------------ from top to bottom

    def _finish(self) -> None:
        tall = [_LANE] * len(self.record.lanes)
        for box in self.layout.boxes:
            shown_in = 0 if box.kind == "output" else box.lane
            tall[shown_in] = max(tall[shown_in], box.height + 22)
        top = TOP
        for height in tall:
            self.layout.middles.append(top + height / 2)
            top += height
        for box in self.layout.boxes:
            box.y = self.layout.middles[0 if box.kind == "output" else box.lane]
        self.layout.height = top
        self.layout.end = _end(self.record)
        ending = (min(len(self.layout.end), ENDING) + 2) * CHARACTER + 40
        self.layout.width = self._edge + ending
        self.layout.arrows += self._arrows()
        self.layout.gaps += self._gaps()

    def _gaps(self) -> Iterator[Gap]:
        """Give where a process or member is not there, by what was said of it."""
        down: dict[int, float] = {}
        for box in self.layout.boxes:
            if box.kind != "fault":
                continue
            title = self.record.moments[box.moment].title
            if title.endswith("joins") and box.lane not in down:
                yield Gap(box.lane, 0.0, box.x)
            elif title.endswith("crashes"):
                down[box.lane] = box.right
            elif title.endswith(("joins", "starts again")) and box.lane in down:
                yield Gap(box.lane, down.pop(box.lane), box.x)
        yield from (Gap(lane, left, self.layout.width) for lane, left in down.items())

    # ------------------------------------------------------------ what goes from lane to lane

    def _arrows(self) -> Iterator[Arrow]:
        groups: dict[tuple[int, int | None, int, int, str, str], list[Message]] = {}
        for m in self.record.messages:
            if m.sent in self._of:
                groups.setdefault((m.sent, m.read, m.sender, m.receiver, m.slot, m.fate), []).append(m)
        labelled: set[tuple[int, str, str]] = set()
        for group in groups.values():
            label = _label(group)
            known = (group[0].sent, group[0].slot, label)
            yield self._arrow(group, "" if known in labelled or 0 in (group[0].sender, group[0].receiver) else label)
            labelled.add(known)

    def _arrow(self, group: list[Message], label: str) -> Arrow:
        first = group[0]
        begin, end = self._of[first.sent], self._of.get(first.read) if first.read is not None else None
        if begin.kind == "output":
            return self._given(begin, group)
        fate = "open" if first.fate == "arrived" and end is None else first.fate
        start, goal = self.layout.middles[first.sender], self.layout.middles[first.receiver]
        down = 1 if goal >= start else -1
        x = end.middle if end else begin.middle + _ASIDE.get(fate, 0)
        y = goal - down * ((end.height / 2 if end else 0) + 2)
        loop = first.sender == first.receiver
        top = -begin.height / 2 if loop else down * begin.height / 2
        ending = (x, goal - (end.height / 2 if end else 4) - 2) if loop else (x, y)
        texts = "\n".join(m.text for m in group)
        names = self.layout.names
        full = f"{first.label}: {names[first.sender]} \u2192 {names[first.receiver]}{_FATES[fate]}\n{texts}"
        read = end.step if end else -1
        return Arrow(begin.step, read, fate, (begin.middle, start + top), ending, loop=loop, label=label, full=full)

    def _given(self, box: Box, group: list[Message]) -> Arrow:
        """Give the arrow up to what the test is given."""
        begin, end = (box.middle, self.layout.middles[box.lane] - 4), (box.middle, box.y + box.height / 2 + 2)
        return Arrow(box.step, box.step, "arrived", begin, end, loop=False, label="", full=_given(group))


_ASIDE = {"lost": -24, "late": _CROSSING + 30, "open": _CROSSING + 30}
"""How far from its beginning an arrow leads that arrives nowhere, so that it is not taken for one that does."""
_FATES = {"arrived": "", "lost": ", lost", "late": ", late for ever", "open": ", under way"}


def _given(group: list[Message]) -> str:
    return f"{group[0].label}: {', '.join(m.text for m in group)}"


# ------------------------------------------------------------ what is written


def _lines(moment: Moment, sent: list[Message], record: Record) -> list[Line]:
    match moment.kind:
        case "tick":
            return _tick(moment, record)
        case "test" | "output":
            arrow = "\u2190" if moment.kind == "test" else "\u2192"
            words = f"{_last_name(sent[0].label)} {arrow} {', '.join(m.text for m in sent)}" if sent else moment.title
            return [Line("other", flat(words))]
        case "observe":
            return [*(_line(each, record) for each in moment.decisions if not each.between)] or [Line("order", "next")]
        case "fault" | "time":
            return [Line("other", flat(_without_lane(moment, record)), most=WIDEST + 6)]
        case _:
            return []


def _without_lane(moment: Moment, record: Record) -> str:
    """Leave out of a title where it stands: the lane, and the time."""
    lane = record.lanes[moment.lane].name
    title = _AT.sub("", moment.title, count=1).removeprefix(f"{lane} ")
    return title.replace(f"` of {lane}", "`").replace("`", "")


def _now(record: Record, numbers: list[int]) -> str:
    """Give the time of a step, as it is written over it."""
    first = record.moments[numbers[0]]
    said = _AT.match(first.title) or _PASSED.match(first.title) if first.kind == "time" else None
    return said[1] if said else f"{record.moments[numbers[-1]].time:.9g} s"


def _tick(moment: Moment, record: Record) -> list[Line]:
    """Write what a tick is called, and what it was given."""
    told = [each for each in moment.decisions if each.moved and not each.between]
    name = moment.site.name if moment.site else ""
    lines = [Line("title", flat(name or "tick"))]
    lines += [_line(each, record) for each in told[:MOST_LINES]]
    if len(told) > MOST_LINES:
        lines.append(Line("more", f"and {len(told) - MOST_LINES} more"))
    return lines


def _line(decision: Decision, record: Record) -> Line:
    verb, _, value = decision.phrase.partition(": ")
    operator = record.operators.get(decision.slot)
    label = operator.label if operator else ""
    snapshot = "snapshot" in verb or "snapshot" in label
    order = verb.endswith("in order")
    mark: Mark = "snapshot" if snapshot else "order" if order else "batch" if "items" in verb else "other"
    name = decision.site.name or label
    words = flat(f"{cut(name, WIDEST // 2)} {value or verb}")
    return Line(mark, words, len(decision.held) + decision.unsaid, WIDEST - 2)


def _wide(line: Line) -> float:
    held = len(f" +{line.held}") if line.held else 0
    mark = 0 if line.mark in ("title", "more") or (line.mark == "other") else 2
    return (len(line.text) + held + mark) * CHARACTER


def _full(moment: Moment) -> str:
    """Write the whole of a moment for who points at it."""
    lines = [moment.title]
    for each in moment.decisions:
        if each.moved:
            lines.append(f"{each.site.name or ''} {each.phrase}".strip())
        if each.held:
            lines.append(f"  and not yet: {', '.join(listed(each.held, each.unsaid))}")
    return "\n".join(lines).replace(ABSENT, "(absent)")


def _label(group: Sequence[Message]) -> str:
    more = f" +{len(group) - 1}" if len(group) > 1 else ""
    return cut(group[0].text, 18) + more


def _end(record: Record) -> str:
    return record.failure or "passes"


def _last_name(name: str) -> str:
    return name.rpartition(".")[2]
