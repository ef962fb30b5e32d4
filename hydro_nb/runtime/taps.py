"""A tick that tells some of what its operators give, run now and then in the place of the other one.

The kernel sends its source when somebody begins to watch; until then nothing of it is there, and it costs nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any, TypeAlias

from hydro_nb.wire import SAMPLED, Watch

REST = 49
"""How many times as long as such a tick has taken only the other one runs: one second in fifty is spent on telling."""
LONGEST_REST = 1.0

Tick: TypeAlias = Callable[[Any, dict[str, list[Any]], dict[str, list[Any]]], bool]


class Taps:
    """Runs a tick or its telling twin, and keeps the newest of what that tells; `scope` is what both are made of."""

    def __init__(self, order: Watch, plain: Tick, scope: dict[str, Any], filename: str) -> None:
        self.newest: dict[str, deque[Any]] = {slot: deque(maxlen=SAMPLED) for slot in order.slots}
        own: dict[str, Any] = {**scope, "tap": self._tap, "tapped": self._tapped}
        exec(compile(order.source, filename, "exec", dont_inherit=True), own)  # noqa: S102 - it is the generated program
        self._plain: Tick = plain
        self._telling: Tick = own["tick"]
        self._rests_until = 0.0

    def tick(self, state: Any, inputs: dict[str, list[Any]], outputs: dict[str, list[Any]]) -> bool:
        """Run the one that tells, unless it has just run."""
        start = perf_counter()
        if start < self._rests_until:
            return self._plain(state, inputs, outputs)
        try:
            return self._telling(state, inputs, outputs)
        finally:
            end = perf_counter()
            self._rests_until = end + min(REST * (end - start), LONGEST_REST)

    def _tap(self, slot: str, _port: int, value: Any) -> None:
        self.newest[slot].append(value)

    def _tapped(self, slot: str, _port: int, items: Iterable[Any]) -> Iterable[Any]:
        """Keep the newest of a list, or of what comes one by one, and give all of it."""
        if isinstance(items, list):
            self.newest[slot].extend(items[-SAMPLED:])
            return items
        return self._one_by_one(slot, items)

    def _one_by_one(self, slot: str, items: Iterable[Any]) -> Iterable[Any]:
        kept = self.newest[slot]
        for item in items:
            kept.append(item)
            yield item
