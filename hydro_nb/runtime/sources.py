"""What feeds a location from inside: timers, and the user's iterators, sync and async."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from math import inf
from typing import Any, Protocol

from msgspec.structs import replace

from hydro_nb.errors import HydroError
from hydro_nb.wire import SourceSpec, TimerSpec

PULL_ITEMS = 1024
PULL_SECONDS = 0.0005


class Timer:
    """Puts one `()` into its input each time it is due; firings that were missed are not made up for."""

    def __init__(self, spec: TimerSpec, start: float) -> None:
        self.spec = spec
        self.due = start + spec.delay
        self.fired = 0.0

    def poll(self, now: float, into: list[Any]) -> bool:
        """Fire if it is due."""
        if now < self.due:
            return False
        into.append(())
        self.fired = now
        self.due = max(self.due + self.spec.interval, now)
        return True


def timed(spec: TimerSpec, scope: Mapping[str, Any]) -> TimerSpec:
    """Give a timer with the durations that are known only here."""
    interval = seconds(scope[spec.interval_from]()) if spec.interval_from else spec.interval
    if spec.interval_from and interval <= 0:
        raise HydroError("the function of `source_interval` gave 0 seconds; a timer needs a positive number")
    return replace(spec, interval=interval, delay=seconds(scope[spec.delay_from]()) if spec.delay_from else spec.delay)


def seconds(value: Any) -> float:
    """Give a number of seconds, or say what a function gave instead.

    >>> from datetime import timedelta
    >>> seconds(timedelta(minutes=1))
    60.0
    """
    number = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number < inf:
        raise HydroError(f"a duration is a number of seconds or a timedelta, but the function gave {value!r}")
    return float(number)


class Iterated:
    """A user's sync iterator, pulled in short bursts."""

    def __init__(self, spec: SourceSpec, iterator: Iterator[Any]) -> None:
        self.spec = spec
        self.done = False
        self._iterator = iterator

    def poll(self, clock: Callable[[], float], into: list[Any], limit: int) -> int:
        """Pull until 1024 elements, `limit` or 500 microseconds have passed; gives how many came."""
        until = clock() + PULL_SECONDS
        before, most = len(into), min(limit, PULL_ITEMS)
        for item in islice(self._iterator, most):
            into.append(item)
            if clock() >= until:
                break
        else:
            self.done = len(into) - before < most
        return len(into) - before


class Source(Protocol):
    """What the worker asks of either kind of iterator."""

    @property
    def spec(self) -> SourceSpec:
        """Where its elements go."""
        ...

    @property
    def done(self) -> bool:
        """Whether it has ended and all it gave was taken."""
        ...

    def poll(self, clock: Callable[[], float], into: list[Any], limit: int, /) -> int:
        """Take what is there, at most so much; gives how many elements came."""
        ...


def make_source(spec: SourceSpec, value: Any) -> Source:
    """Give the source for what the user's function returned."""
    if any(hasattr(value, name) for name in ("__anext__", "__await__", "__aiter__")):
        from hydro_nb.runtime.pumped import Pumped  # noqa: PLC0415 - asyncio takes longer to load than all else

        return Pumped(spec, value)
    try:
        return Iterated(spec, iter(value))
    except TypeError:
        raise HydroError(
            f"`source_stream` got {type(value).__name__}, which cannot be iterated; "
            f"give a function that returns an iterator or an async iterator"
        ) from None
