"""What a test may decide of what goes into a tick: batches and snapshots.

A verb is asked again and again until what it names has come. It gives nothing as long as that is not so, and raises
`MismatchError` where it can never be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from hydro_nb.sim.desk import Desk, MismatchError, Taken, by_key, equal, grouped, listed, number_of, pairs_of, place_of
from hydro_nb.sim.hooks import KeyedVersion, Version
from hydro_nb.sim.trace import shown
from hydro_nb.values import ABSENT


def _out_of(desk: Desk, chosen: Sequence[int]) -> Taken:
    """Take the elements at some places out, in the order in which they came."""
    held = desk.core.pending

    def take() -> list[Any]:
        places = sorted(chosen)
        released = [held[index] for index in places]
        if places and places[-1] < len(places):  # the first so many
            del held[: len(places)]
        else:
            gone = set(places)
            held[:] = [item for index, item in enumerate(held) if index not in gone]
        return released

    return Taken(moves=bool(chosen), take=take)


def release(desk: Desk, count: Any) -> Taken | None:
    """Give the next so many."""
    wanted = number_of(count, "release")
    return _out_of(desk, range(wanted)) if wanted <= len(desk.core.pending) else None


def release_prefix(desk: Desk, values: Iterable[Any]) -> Taken | None:
    """Give exactly these, which must be what comes next."""
    wanted, held = listed(values, "release_values"), desk.core.pending
    for value, item in zip(wanted, held, strict=False):
        if not equal(value, item):
            raise MismatchError(f"next comes {shown(item)}, not {shown(value)}")
    return _out_of(desk, range(len(wanted))) if len(wanted) <= len(held) else None


def release_any(desk: Desk, values: Iterable[Any]) -> Taken | None:
    """Give exactly these, in whatever order they came."""
    found = _places(listed(values, "release_values"), desk.core.pending)
    return None if found is None else _out_of(desk, found)


def release_all(desk: Desk) -> Taken:
    """Give all that is there."""
    return _out_of(desk, range(len(desk.core.pending)))


def release_empty(desk: Desk) -> Taken:
    """Give nothing."""
    return _out_of(desk, ())


def release_of_keys(desk: Desk, counts: Any) -> Taken | None:
    """Give the next so many of each key."""
    left = {key: number_of(count, "release") for key, count in by_key(counts, "release").items()}
    found: list[int] = []
    for index, (key, _) in enumerate(desk.core.pending):
        if left.get(key):
            left[key] -= 1
            found.append(index)
    return None if any(left.values()) else _out_of(desk, found)


def release_entries(desk: Desk, entries: Any) -> Taken | None:
    """Give exactly these, which must be what comes next of each key."""
    wanted = grouped(pairs_of(entries, "release_values"))
    held = grouped((key, (index, value)) for index, (key, value) in enumerate(desk.core.pending))
    found: list[int] = []
    for key, values in wanted.items():
        there = held.get(key, [])
        for value, (_, item) in zip(values, there, strict=False):
            if not equal(value, item):
                raise MismatchError(f"of key {shown(key)} next comes {shown(item)}, not {shown(value)}")
        if len(there) < len(values):
            return None
        found += [index for index, _ in there[: len(values)]]
    return _out_of(desk, found)


# ------------------------------------------------------------ snapshots


def _show(desk: Desk, index: int) -> Taken:
    """Show the version at an index; older ones are never seen."""
    core = cast("Version", desk.core)

    def take() -> list[Any]:
        core.started = True
        desk.seen[:] = [core.pending[index]]
        del core.pending[: index + 1]
        return list(desk.seen)

    return Taken(moves=True, take=take)


def reveal(desk: Desk, value: Any) -> Taken | None:
    """Give the version that is equal to this."""
    index = place_of(value, desk.core.pending)
    if index is not None:
        return _show(desk, index)
    return _same_again() if desk.seen and equal(desk.seen[0], value) else None


def reveal_absent(desk: Desk) -> Taken | None:
    """Show that there is no value."""
    return reveal(desk, ABSENT)


def reveal_next(desk: Desk) -> Taken | None:
    """Give the next version."""
    return _show(desk, 0) if desk.core.pending else None


def reveal_latest(desk: Desk) -> Taken | None:
    """Give the newest version."""
    held = desk.core.pending
    if held:
        return _show(desk, len(held) - 1)
    return _same_again() if cast("Version", desk.core).started else None


def keep(desk: Desk) -> Taken:
    """Give what was seen last."""
    if not cast("Version", desk.core).started:
        raise MismatchError("nothing was shown before that could be kept")
    return _same_again()


def _same_again() -> Taken:
    return Taken(moves=False, take=list[Any])


def _show_keys(desk: Desk, steps: Mapping[Any, int]) -> Taken | None:
    """Go on so far with some keys, and show the whole table."""
    core = cast("KeyedVersion", desk.core)
    if not core.possible():
        return None

    def take() -> list[Any]:
        core.started = True
        for key, count in steps.items():
            core.advance(key, count)
        core.pending.clear()
        return [dict(core.shown)]

    return Taken(moves=not core.started or any(steps.values()), take=take)


def reveal_keys(desk: Desk, entries: Any) -> Taken | None:
    """Give of these keys the versions that are equal to these."""
    core, steps = cast("KeyedVersion", desk.core), dict[Any, int]()
    for key, value in by_key(entries, "reveal").items():
        index = place_of(value, core.versions.get(key, ()))
        if index is None and not equal(core.shown.get(key, ABSENT), value):
            return None
        steps[key] = 0 if index is None else index + 1
    return _show_keys(desk, steps)


def reveal_keys_absent(desk: Desk, *keys: Any) -> Taken | None:
    """Show that there are no such keys."""
    return reveal_keys(desk, dict.fromkeys(keys, ABSENT))


def reveal_keys_next(desk: Desk) -> Taken | None:
    """Give the next version of each key."""
    versions = cast("KeyedVersion", desk.core).versions
    return _show_keys(desk, dict.fromkeys(versions, 1)) if versions else None


def reveal_keys_latest(desk: Desk) -> Taken | None:
    """Give the newest version of each key."""
    versions = cast("KeyedVersion", desk.core).versions
    return _show_keys(desk, {key: len(values) for key, values in versions.items()})


def keep_keys(desk: Desk) -> Taken | None:
    """Give what was seen last."""
    keep(desk)
    return _show_keys(desk, {})


def _places(wanted: Iterable[Any], held: Sequence[Any]) -> list[int] | None:
    """Give the index of an element for each value, each element taken once."""
    left = list(range(len(held)))
    found: list[int] = []
    for value in wanted:
        at = place_of(value, (held[index] for index in left))
        if at is None:
            return None
        found.append(left.pop(at))
    return found
