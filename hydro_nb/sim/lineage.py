"""Where the last value that the flow gave came from: operator by operator, back to what the test sent.

Only what operators gave is written down, not from what. Where an operator hands on what it takes, its source gave what
reads the same; where it gives one for each, it is the one at the same place; else it is known where there is only one.
Of several that read the same all are followed, as long as what they came from reads the same too. What is not known is
left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hydro_nb.sim.record import Message, Record
from hydro_nb.sim.trace import short

_DEEPEST = 30
_MOST = 16
_ALIKE = 100
"""Places that are followed at once; what came from more that read the same is taken for unknown."""
_ONE_FOR_EACH = {"map", "map_with_key", "enumerate", "key_by", "values", "entries", "keys"}
_IN_ORDER = {"filter", "filter_with_key", "inspect", "all_ticks", "sim_output"}
"""What hands on, and of several that read the same the first one first."""
_HANDS_ON = _IN_ORDER | {
    *("batch", "snapshot", "assume_ordering", "assume_retries", "weaken_ordering", "weaken_retries"),
    *("merge_unordered", "merge_ordered", "chain", "partition", "sort", "unique", "first", "last", "min", "max"),
    *("atomic", "end_atomic", "batch_atomic", "snapshot_atomic", "latest", "defer_tick", "persist", "into_stream"),
    *("into_singleton", "clone_into_tick", "filter_not_in", "filter_if", "anti_join"),
}


class Place(NamedTuple):
    """Where an operator gave something: at which moment, as the how many-th value of it."""

    at: int
    nth: int
    text: str


@dataclass(slots=True, frozen=True)
class Given:
    """A value that an operator gave at a lane, in one of these places, which all read the same."""

    slot: str
    lane: int
    places: Sequence[Place]

    @property
    def text(self) -> str:
        """What it was."""
        return self.places[0].text


def lineage(record: Record) -> list[str]:
    """Write the way of the last value back to its sources, the value first."""
    outputs = [each for each in record.messages if each.receiver == 0]
    if not outputs:
        return []
    last = outputs[-1]
    way = _Way(record)
    lines = list(way.back(Given(last.slot, last.sender, way.all(last.slot, last.sender)[-1:]), 0))
    more = [f"  ... {len(lines) - _MOST} lines left out ..."] if len(lines) > _MOST else []
    return [f"Where {short(last.text)} came from:", *lines[:_MOST], *more]


class _Way:
    """Goes back through a record."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._given: dict[str, list[tuple[int, Place]]] = {}
        for at, moment in enumerate(record.moments):
            lane = -1 if moment.kind == "start" else moment.lane  # at the start all lanes give something
            for nth, value in enumerate(moment.values):
                self._given.setdefault(value.slot, []).append((lane, Place(at, nth, value.text)))
        for nth, message in enumerate(record.messages):
            if message.receiver == 0:
                place = Place(message.sent, nth, message.text)
                self._given.setdefault(message.slot, []).append((message.sender, place))

    def all(self, slot: str, lane: int) -> list[Place]:
        """Give all that an operator gave at a lane."""
        return [place for at, place in self._given.get(slot, ()) if at in (lane, -1)]

    def back(self, given: Given, depth: int) -> Iterator[str]:
        """Give the lines of one value and of all that it was made from; a value that is handed on has one line."""
        lane, text, labels = given.lane, given.text, [self._label(given)]
        sources = self._sources(given)
        while labels[-1] in _HANDS_ON and len(sources) == 1 and sources[0].lane == lane:
            given = sources[0]
            labels.append(self._label(given))
            sources = self._sources(given)
        site, name = self._record.operators[given.slot].site, self._record.lanes[lane].name
        where = f"{name}, {site.cell}, line {site.line}" if site.cell else name
        yield f"  {'  ' * depth}{short(text)}    {' < '.join(labels)}    ({where})"
        for source in sources if depth < _DEEPEST else ():
            yield from self.back(source, depth + 1)

    def _label(self, given: Given) -> str:
        return self._record.operators[given.slot].label

    def _sources(self, given: Given) -> list[Given]:
        """Give what a value was made from, as far as it is known."""
        inputs = self._record.operators[given.slot].inputs
        if arrived := self._messages(given):
            return self._sent(inputs, arrived)
        handed = self._label(given) in _HANDS_ON
        found = [self._alike(slot, given, self._handed if handed else self._made) for slot in inputs]
        known = [each for each in found if each]
        return known if not handed or len(known) == 1 else []

    def _alike(self, slot: str, given: Given, of: Callable[[str, Given, Place], list[Place]]) -> Given | None:
        """Give what all places came from, if that reads the same."""
        if len(given.places) > _ALIKE:
            return None
        found = [of(slot, given, place) for place in given.places]
        places = sorted({each for some in found for each in some})
        return Given(slot, given.lane, places) if all(found) and _read_the_same(places) else None

    def _handed(self, slot: str, given: Given, place: Place) -> list[Place]:
        """Give what reads the same and was given at the same moment, or before."""
        theirs = [each for each in self.all(slot, given.lane) if each.text == place.text]
        mine = [each for each in self.all(given.slot, given.lane) if each.text == place.text]
        if now := _of(theirs, place.at):
            theirs, mine = now, _of(mine, place.at)
        if self._label(given) in _IN_ORDER and len(mine) == len(theirs):
            theirs = [theirs[mine.index(place)]]
        return [each for each in theirs if each < place]

    def _made(self, slot: str, given: Given, place: Place) -> list[Place]:
        """Give what stands at the same place, the only one, or what is a part of it."""
        everything = self.all(slot, given.lane)
        theirs, mine = _of(everything, place.at), _of(self.all(given.slot, given.lane), place.at)
        if self._label(given) in _ONE_FOR_EACH and len(mine) == len(theirs):
            theirs = [theirs[mine.index(place)]]
        if not theirs and len(self._record.operators[given.slot].inputs) > 1:
            theirs = everything
        before = [each for each in theirs if each[:2] < place[:2]]
        return before if _read_the_same(before) else [each for each in before if _is_part(each.text, place.text)]

    # ------------------------------------------------------------ from place to place

    def _messages(self, given: Given) -> list[Message]:
        """Give the messages that a value may have come by."""
        last = max(place.at for place in given.places)
        sent = [each for each in self._record.messages if each.slot == given.slot and each.receiver == given.lane]
        read = [each for each in sent if each.read is not None and each.read <= last and each.sender]
        if named := re.match(r"\(MemberId.*?\((\d+)\), ", given.text):  # who sends is a member of a cluster
            own = [each for each in read if self._record.lanes[each.sender].name.endswith(f"/{named[1]}")]
            if found := [each for each in own if given.text == f"{named[0]}{each.text})"]:
                return found
        return [each for each in read if given.text == each.text]

    def _sent(self, inputs: Sequence[str], arrived: Sequence[Message]) -> list[Given]:
        """Give what was sent by messages, if one place has sent it all."""
        if len({(each.sender, each.text) for each in arrived}) > 1:
            return []
        text, lane, moments = arrived[0].text, arrived[0].sender, {each.sent for each in arrived}
        before = [[p for p in self.all(slot, lane) if p.text == text and p.at <= max(moments)] for slot in inputs]
        exact = [[p for p in places if p.at in moments] or places for places in before]
        return [Given(slot, lane, places) for slot, places in zip(inputs, exact, strict=True) if places]


def _of(places: Iterable[Place], at: int) -> list[Place]:
    return [each for each in places if each.at == at]


def _read_the_same(places: Sequence[Place]) -> bool:
    return len({place.text for place in places}) == 1


def _is_part(text: str, whole: str) -> bool:
    """Whether something stands first or last in a tuple."""
    return whole.startswith(f"({text}, ") or whole.endswith(f", {text})")
