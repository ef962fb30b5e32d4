"""Where a test decides: what waits at a place of choice, what its decisions take, and how their arguments are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from hydro_nb.errors import HydroError, SimulationFailure
from hydro_nb.sim.hooks import Hook, KeyedVersion
from hydro_nb.sim.trace import shown

__tracebackhide__ = True
"""pytest shows the frames of the user"""


class MismatchError(HydroError):
    """What a test decided cannot be, whatever may come."""


@dataclass(slots=True)
class Taken:
    """What a decision lets through: whether that is anything, and the function that takes it out."""

    moves: bool
    take: Callable[[], list[Any]]


@dataclass(slots=True)
class Desk:
    """A place of choice whose test decides: the choice itself, and what its decisions leave behind."""

    core: Hook
    again: list[Any] = field(default_factory=list[Any])
    """elements that have come, and may come again"""
    seen: list[Any] = field(default_factory=list[Any])
    """the version that was shown last, if any"""

    def reset(self) -> None:
        """Start anew."""
        self.again.clear()
        self.seen.clear()


Verb = Callable[..., Taken | None]


def equal(one: Any, two: Any) -> bool:
    """Whether two elements are equal, as far as can be told.

    >>> equal(1, 1.0), equal([1], [2])
    (True, False)
    """
    if one is two:
        return True
    try:
        same = one == two
        return bool(same.all()) if hasattr(same, "all") else bool(same)
    except (TypeError, ValueError, AttributeError):
        return False


def place_of(value: Any, items: Iterable[Any]) -> int | None:
    """Give the index of the first element that is equal to a value.

    >>> place_of(2, [1, 2, 2])
    1
    """
    return next((index for index, item in enumerate(items) if equal(item, value)), None)


def offered(core: Hook) -> list[Any]:
    """Give what waits at a place, as a test counts it: of a table the versions of each key."""
    if not isinstance(core, KeyedVersion):
        return core.waiting()
    versions = [(key, value) for key, values in core.versions.items() for value in values]
    return versions or ([] if core.started else core.pending[:1])


def element_of(given: tuple[Any, ...]) -> Any:
    """Give the element that is meant: a key and a value are an entry."""
    return given[0] if len(given) == 1 else given


def number_of(count: Any, verb: str) -> int:
    """Read how many elements are meant."""
    if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
        return count
    raise SimulationFailure(f"`{verb}` takes a number of elements here, not {shown(count)}.")


def copies_of(copies: Any) -> int:
    """Read how often an element comes."""
    if isinstance(copies, int) and not isinstance(copies, bool) and copies > 0:
        return copies
    raise SimulationFailure(f"an element comes once or more often, not {shown(copies)} times.")


def listed(values: Any, verb: str) -> list[Any]:
    """Read elements."""
    try:
        return list(values)
    except TypeError:
        raise SimulationFailure(f"`{verb}` takes elements here, such as [1, 2], not {shown(values)}.") from None


def pairs_of(entries: Any, verb: str) -> list[tuple[Any, Any]]:
    """Read keys with their values."""
    given = listed(cast("Mapping[Any, Any]", entries).items() if isinstance(entries, Mapping) else entries, verb)
    if all(isinstance(each, tuple) and len(cast("tuple[Any, ...]", each)) == 2 for each in given):
        return given
    raise SimulationFailure(f'`{verb}` takes keys with their values here, such as {{"a": 1}}, not {shown(entries)}.')


def by_key(entries: Any, verb: str) -> dict[Any, Any]:
    """Read what is said of each key, once at most.

    >>> by_key([("a", 1)], "reveal")
    {'a': 1}
    """
    pairs = pairs_of(entries, verb)
    if len(dict(pairs)) < len(pairs):
        raise SimulationFailure(f"`{verb}` says two things of one key: {shown(pairs)}.")
    return dict(pairs)


def grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    """Gather what there is of each key."""
    groups: dict[Any, list[Any]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
