"""A schedule as readable text: each step, what each place of choice let through, with the user's line and reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from hydro_nb.errors import Site
from hydro_nb.sim.record import Decision, Message, Record

_WIDEST = 400
_MOST = 200


def text_of(record: Record) -> str:
    """Write a whole execution down, the middle left out where it is long.

    >>> from hydro_nb.sim.record import Moment
    >>> print(text_of(Record("flow", moments=[Moment("tick", 0, "tick 1 of process 0 runs")])))
    1. tick 1 of process 0 runs
    """
    lines = [line for number, step in enumerate(steps_of(record), 1) for line in _lines(record, number, step)]
    lines += _waiting(record) if record.failure else ()
    if len(lines) <= 2 * _MOST:
        return "\n".join(lines)
    left_out = len(lines) - 2 * _MOST
    return "\n".join([*lines[:_MOST], f"... {left_out} lines left out ...", *lines[-_MOST:]])


def steps_of(record: Record) -> list[list[int]]:
    """Give the moments of each step; a start at which nothing was chosen or sent says nothing."""
    steps = [numbers for _, numbers in record.steps()]
    first = steps[0] if steps else []
    silent = first and record.moments[first[0]].kind == "start" and not list(_below(record, first))
    return steps[1:] if silent else steps


def _lines(record: Record, number: int, step: list[int]) -> Iterator[str]:
    moment = record.moments[step[0]]
    place = f"      {_place(moment.site)}" if moment.site else ""
    yield f"{number}. {_short(moment.title)}{place}"
    yield from _below(record, step)


def _below(record: Record, step: list[int]) -> Iterator[str]:
    """Give what was decided in a step, and what was sent from place to place."""
    for at in step:
        for decision in record.moments[at].decisions:
            yield from _decided(decision)
        for message in record.messages:
            if message.sent == at and message.sender and message.receiver:
                yield f"     {_sent(record, message)}"


def _decided(decision: Decision) -> Iterator[str]:
    yield f"     {_short(decision.phrase)}"
    if decision.held:
        yield f"       and not yet: {_short(', '.join(decision.held))}"
    yield f"       at {_place(decision.site)}"
    if decision.reason:
        yield f"       where any outcome is right, as: {_short(decision.reason)}"


def _sent(record: Record, message: Message) -> str:
    sender, receiver = record.lanes[message.sender].name, record.lanes[message.receiver].name
    fate = {"arrived": "", "lost": ", which is lost", "late": ", which does not arrive"}[message.fate]
    return f"{sender} sends {_short(message.text)} to {receiver}{fate}"


def _waiting(record: Record) -> Iterator[str]:
    """Give what was under way when the test failed."""
    last = record.moments[-1] if record.moments else None
    held = last.held if last else []
    if held or record.under_way:
        yield "Still under way:"
    for message in record.under_way:
        yield f"     {_sent(record, message)}"
    for each in held:
        yield f"     at {record.lanes[each.lane].name}, not yet looked at: {_short(', '.join(each.texts))}"


def _place(site: Site) -> str:
    return " ".join(str(site).split())


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}..."


def shown(value: Any) -> str:
    """Write a value, also one that cannot say what it is.

    >>> shown([1])
    '[1]'
    """
    if type(value) is list:
        return f"[{', '.join(map(shown, cast('list[Any]', value)))}]"
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - a user's own `__repr__` may raise anything
        return f"<{type(value).__name__}>"
