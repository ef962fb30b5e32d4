"""What a test was given in one execution: all that came out of each port, also what the test has read since."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hydro_nb.sim.copies import handed
from hydro_nb.sim.trace import shown


@dataclass(frozen=True, eq=False, slots=True)
class Port:
    """All that came out of one port."""

    key: tuple[str, int]
    """its slot, and the member whose end it is"""
    name: str
    ordered: bool
    items: list[Any] = field(default_factory=list[Any])


@dataclass(slots=True)
class Given:
    """All that came out of the ports of one flow.

    >>> given, queue = Given(), deque()
    >>> given.watching(queue, ("sim_output_1", 0), "out", ordered=True)([1, 2])
    >>> queue.popleft(), str(given)
    (1, 'out: [1, 2]')
    """

    ports: list[Port] = field(default_factory=list[Port])
    _ordered: list[list[Any]] = field(default_factory=list[list[Any]])
    _unordered: list[list[Any]] = field(default_factory=list[list[Any]])

    def watching(
        self, queue: deque[Any], key: tuple[str, int], name: str, *, ordered: bool
    ) -> Callable[[Sequence[Any]], None]:
        """Give what puts elements into the queue of a port, and remembers them."""
        port = Port(key, name, ordered)
        self.ports.append(port)
        (self._ordered if ordered else self._unordered).append(port.items)
        put, remember = queue.extend, port.items.extend

        def deliver(elements: Sequence[Any]) -> None:
            own = handed(elements)  # the flow may go on changing them, and so may the test
            put(own)
            remember(own if own is elements else handed(elements))

        return deliver

    def restart(self) -> None:
        """Forget what was given."""
        for port in self.ports:
            port.items.clear()

    def counts(self) -> list[int]:
        """How many elements each port gave."""
        return [len(port.items) for port in self.ports]

    def __hash__(self) -> int:
        """Tell what was given apart from other things, in one process."""
        try:  # of one-tuples, as the hashes of numbers are the numbers, and 1 + 2 is 0 + 3
            sums = [sum(map(hash, zip(items, strict=True))) for items in self._unordered]
            return hash((*map(tuple, self._ordered), *sums))
        except TypeError:
            return hash(str(self))

    def __str__(self) -> str:
        return ", ".join(f"{port.name}: {shown(port.items)}" for port in self.ports)
