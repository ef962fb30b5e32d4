"""Where the last value that the flow gave came from: operator by operator, back to what the test sent.

A value is followed by position: what an operator took is what the one before it gave last, or, where a place of choice
lies between, what it gave last that reads the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hydro_nb.sim.record import Record, Value
from hydro_nb.sim.trace import short

_DEEPEST = 30
_MOST = 16


@dataclass(slots=True, frozen=True)
class Given:
    """A value that an operator gave: at which moment, and as the how many-th of it."""

    at: int
    nth: int
    value: Value


def lineage(record: Record) -> list[str]:
    """Write the way of the last value back to its sources, the value first."""
    last = next((m for m in reversed(record.messages) if m.receiver == 0), None)
    if last is None:
        return []
    lines = list(_back(record, last.slot, Given(last.sent, 0, Value(last.slot, 0, last.text)), last.sender, 0))
    more = [f"  ... {len(lines) - _MOST} lines left out ..."] if len(lines) > _MOST else []
    return [f"Where {short(last.text)} came from:", *lines[:_MOST], *more]


def _back(record: Record, slot: str, given: Given, lane: int, depth: int) -> Iterator[str]:
    """Give the lines of one value and of all that it was made from; a value that is handed on has one line."""
    labels = [record.operators[slot].label]
    sources = list(_sources(record, slot, given, lane))
    while len(sources) == 1 and sources[0][1].value.text == given.value.text and sources[0][2] == lane:
        slot, given, _ = sources[0]
        labels.append(record.operators[slot].label)
        sources = list(_sources(record, slot, given, lane))
    site = record.operators[slot].site
    where = f"{record.lanes[lane].name}, {site.cell}, line {site.line}" if site.cell else record.lanes[lane].name
    yield f"  {'  ' * depth}{short(given.value.text)}    {' < '.join(labels)}    ({where})"
    for source, found, sender in sources if depth < _DEEPEST else ():
        yield from _back(record, source, found, sender, depth + 1)


def _sources(record: Record, slot: str, given: Given, lane: int) -> Iterator[tuple[str, Given, int]]:
    """Give what a value was made from: the operator that gave it, what it was, and at which lane."""
    sender = _sender(record, slot, given, lane)
    for source in record.operators[slot].inputs:
        if found := _before(record, source, given, sender):
            yield source, found, sender


def _sender(record: Record, slot: str, given: Given, lane: int) -> int:
    """Give the lane from which an operator took its input: another one, where it is an edge between places."""
    sent = [m for m in record.messages if m.slot == slot and m.receiver == lane and m.sent <= given.at]
    same = [m for m in sent if m.text in given.value.text]
    return (same or sent)[-1].sender if sent and sent[-1].sender else lane


def _before(record: Record, slot: str, given: Given, lane: int) -> Given | None:
    """Find what an operator gave last before a value was made, preferring what reads like it."""
    earlier = [
        Given(at, nth, value)
        for at in range(given.at + 1)
        if record.moments[at].lane == lane or record.moments[at].kind == "start"
        for nth, value in enumerate(record.moments[at].values)
        if value.slot == slot and (at < given.at or (given.value.slot != slot and _comes_first(given, nth, at)))
    ]
    same = [each for each in earlier if each.value.text == given.value.text]
    return (same or earlier or [None])[-1]


def _comes_first(given: Given, nth: int, at: int) -> bool:
    return at < given.at or given.nth == 0 or nth < given.nth
