"""What a test may decide outside of ticks, of one element at a time: orders, repeats, losses."""

from __future__ import annotations

from typing import Any, cast

from hydro_nb.sim.desk import Desk, MismatchError, Taken, Verb, copies_of, element_of, equal, listed, place_of
from hydro_nb.sim.hooks import AnyAgain
from hydro_nb.sim.losses import Loss
from hydro_nb.sim.trace import shown

__tracebackhide__ = True
"""pytest shows the frames of the user"""


def _one(desk: Desk, index: int, *, stays: bool = False) -> Taken:
    """Take one element out, which may come again where it stays."""

    def take() -> list[Any]:
        item = desk.core.pending.pop(index)
        if stays:
            desk.again.append(item)
        return [item]

    return Taken(moves=True, take=take)


def next_one(desk: Desk, *element: Any) -> Taken | None:
    """Give this one."""
    index = place_of(element_of(element), desk.core.pending)
    return None if index is None else _one(desk, index)


def emit(desk: Desk, *element: Any) -> Taken | None:
    """Give this one, which may come again."""
    return _given_again(desk, element_of(element), stays=True) or _first_time(desk, element_of(element), stays=True)


def emit_final(desk: Desk, *element: Any) -> Taken | None:
    """Give this one, for the last time."""
    return _given_again(desk, element_of(element), stays=False) or _first_time(desk, element_of(element), stays=False)


def _first_time(desk: Desk, element: Any, *, stays: bool) -> Taken | None:
    index = place_of(element, desk.core.waiting())
    if index is None:
        return None
    taken = _one(desk, index, stays=stays)
    return Taken(moves=True, take=lambda: [_bare(desk, item) for item in taken.take()])


def _given_again(desk: Desk, element: Any, *, stays: bool) -> Taken | None:
    index = place_of(element, (_bare(desk, item) for item in desk.again))
    if index is None:
        return None
    return Taken(moves=True, take=lambda: [_bare(desk, desk.again[index] if stays else desk.again.pop(index))])


def _bare(desk: Desk, item: Any) -> Any:
    return item[0] if isinstance(desk.core, AnyAgain) else item


def release_copies(desk: Desk, value: Any, copies: int) -> Taken | None:
    """Give this one, so often."""
    taken = emit_final(desk, value)
    times = copies_of(copies)
    return None if taken is None else Taken(moves=True, take=lambda: taken.take() * times)


def release_next(desk: Desk, copies: int) -> Taken | None:
    """Give the next one, so often."""
    times = copies_of(copies)
    if not desk.core.pending:
        return None
    taken = _one(desk, 0)

    def take() -> list[Any]:
        desk.again.clear()
        return taken.take() * times

    return Taken(moves=True, take=take)


def release_run(desk: Desk, values: Any) -> Taken | None:
    """Give these in their order, of which the last may come again."""
    return _run_of(desk, listed(values, "release"), stays=True)


def release_final_run(desk: Desk, values: Any) -> Taken | None:
    """Give these in their order, which come no more."""
    return _run_of(desk, listed(values, "release_final"), stays=False)


def _run_of(desk: Desk, values: list[Any], *, stays: bool) -> Taken | None:
    """Give elements in their order, each once or again and again; the last may still come again where it stays."""
    front, at, order = [*desk.again, *desk.core.pending], len(desk.again) - 1, list[int]()
    for value in values:
        is_next = at + 1 < len(front) and equal(front[at + 1], value)
        if is_next or at < 0 or not equal(front[at], value):
            at += 1
        if at == len(front):
            return None
        if not equal(front[at], value):
            raise MismatchError(f"next comes {shown(front[at])}, not {shown(value)}")
        order.append(at)

    def take() -> list[Any]:
        desk.again[:] = front[at : at + 1] if stays else []
        desk.core.pending[:] = front[at + 1 :]
        return [front[index] for index in order]

    return Taken(moves=bool(values), take=take)


# ------------------------------------------------------------ one of several in order


def _front(desk: Desk, group: Any, key: tuple[Any, ...] = ()) -> int | None:
    """Give the index of the first element of a group: of an input, or of a key."""
    for index, (own, item) in enumerate(desk.core.pending):
        if equal(own, group) and (not key or equal(item[0], key[0])):
            return index
    return None


def next_of(number: int) -> Verb:
    """Give the next of one input, which must be this."""

    def verb(desk: Desk, *element: Any) -> Taken | None:
        wanted = element_of(element)
        index = _front(desk, number, element[:1] if len(element) > 1 else ())
        return None if index is None else _of_group(desk, index, wanted)

    return verb


def advance(number: int) -> Verb:
    """Give the next of one input."""

    def verb(desk: Desk, *key: Any) -> Taken | None:
        index = _front(desk, number, key)
        return None if index is None else _of_group(desk, index)

    return verb


def _of_group(desk: Desk, index: int, *wanted: Any) -> Taken:
    """Take the first element of one of two inputs, without its number."""
    item = desk.core.pending[index][1]
    if wanted and not equal(item, wanted[0]):
        raise MismatchError(f"next comes {shown(item)}, not {shown(wanted[0])}")
    taken = _one(desk, index)
    return Taken(moves=True, take=lambda: [element for _, element in taken.take()])


def next_of_key(desk: Desk, *element: Any) -> Taken | None:
    """Give the next of a key, which must be this."""
    key, value = element_of(element)
    index = _front(desk, key)
    if index is None:
        return None
    held = desk.core.pending[index][1]
    if not equal(held, value):
        raise MismatchError(f"of key {shown(key)} next comes {shown(held)}, not {shown(value)}")
    return _one(desk, index)


# ------------------------------------------------------------ messages that may be lost


def end(*, arrives: bool, named: bool) -> Verb:
    """Let a message arrive or be lost: the one that is named, or the next; of one sender where that is said."""

    def verb(desk: Desk, *arguments: Any) -> Taken | None:
        core = cast("Loss", desk.core)
        sender, wanted = (arguments[:-1], arguments[-1:]) if named else (arguments, ())
        index = _letter(core, sender, wanted)
        return None if index is None else Taken(moves=True, take=lambda: core.end(index, arrives=arrives))

    return verb


def _letter(core: Loss, sender: tuple[Any, ...], wanted: tuple[Any, ...]) -> int | None:
    """Find a message; one that overtakes others of its sender cannot be where the edge keeps their order."""
    fronts: dict[Any, int] = {}
    for index, letter in enumerate(core.pending):
        number = letter.sender.raw_id if letter.sender else None
        if sender and number != getattr(sender[0], "raw_id", sender[0]):
            continue
        first = fronts.setdefault(number, index)
        if (index == first or not core.ordered) and (not wanted or equal(letter.item, wanted[0])):
            return index
    if len(fronts) == 1 and core.ordered:
        (front,) = fronts.values()
        raise MismatchError(f"next comes {shown(core.pending[front].content)}, not {shown(wanted[0])}")
    return None
