"""What a test was given in one execution: all that came out of each port, also what the test has read since."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from hydro_nb.sim.trace import shown


@dataclass(slots=True)
class Given:
    """All that came out of the ports of one flow.

    >>> given, queue = Given(), deque()
    >>> given.watching(queue, "out", ordered=True)([1, 2])
    >>> queue.popleft(), str(given)
    (1, 'out: [1, 2]')
    """

    _ordered: list[list[Any]] = field(default_factory=list[list[Any]])
    _unordered: list[list[Any]] = field(default_factory=list[list[Any]])
    _names: list[tuple[str, list[Any]]] = field(default_factory=list[tuple[str, list[Any]]])

    def watching(self, queue: deque[Any], name: str, *, ordered: bool) -> Callable[[Iterable[Any]], None]:
        """Give what puts elements into the queue of a port, and remembers them."""
        items: list[Any] = []
        (self._ordered if ordered else self._unordered).append(items)
        self._names.append((name, items))
        put, remember = queue.extend, items.extend

        def deliver(elements: Iterable[Any]) -> None:
            put(elements)
            remember(elements)

        return deliver

    def restart(self) -> None:
        """Forget what was given."""
        for items in self._ordered:
            items.clear()
        for items in self._unordered:
            items.clear()

    def __hash__(self) -> int:
        """Tell what was given apart from other things, in one process."""
        try:
            return hash((*map(tuple, self._ordered), *[sum(map(hash, items)) for items in self._unordered]))
        except TypeError:
            return hash(str(self))

    def __str__(self) -> str:
        return ", ".join(f"{name}: {shown(items)}" for name, items in self._names)
