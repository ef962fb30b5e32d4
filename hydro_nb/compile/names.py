"""The names of one generated module: captured objects and local variables, none of them twice."""

from __future__ import annotations

import builtins
import keyword
import re
from typing import TYPE_CHECKING, Any

from hydro_nb.values import CLUSTER_SELF_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RESERVED = frozenset({"state", "inputs", "outputs", "islice", "start", "tick", "State", "CLUSTER_SELF_ID"})
"""Names that the code around spliced functions uses."""

_PLAIN = frozenset({"NotImplemented", "Ellipsis", "__debug__", "__import__", "__build_class__", "open"})


def _is_standard(name: str) -> bool:
    value = getattr(builtins, name)
    return name in _PLAIN or getattr(value, "__module__", "") == "builtins"


BUILTINS = frozenset(filter(_is_standard, dir(builtins)))
"""Builtins that every Python has; what a shell adds to `builtins` is not among them."""


class Names:
    """Allocates the names of one generated module.

    >>> names = Names()
    >>> names.local("n"), names.local("n"), names.capture("table", {}), names.local("print")
    ('n', 'n_2', 'table', 'print_2')
    """

    def __init__(self, reserved: Iterable[str] = RESERVED) -> None:
        self.captures: dict[str, Any] = {}
        self._by_id: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        self._taken = {*reserved, *RESERVED, *dir(builtins), *keyword.kwlist, *keyword.softkwlist} - {"_"}
        self._log: list[str] = []
        self._scoped: dict[tuple[str, int], str] = {}
        self._cache: dict[int, dict[str, str]] = {}

    def capture(self, wanted: str, value: Any) -> str:
        """Name an object of the user's; the same object has the same name, a member's own id always the same."""
        if value is CLUSTER_SELF_ID:
            return "CLUSTER_SELF_ID"
        name = self._by_id.get(id(value))
        if name is None:
            name = self._by_id[id(value)] = self.local(wanted)
            self.captures[name] = value
        return name

    def know(self, name: str, value: Any) -> None:
        """Have an object under a name that the module gets elsewhere."""
        self.reserve(name)
        self._by_id[id(value)] = name

    def local(self, wanted: str) -> str:
        """Give a name that nothing in the module has, like the wanted one."""
        wanted = wanted if wanted.isidentifier() else _identifier(wanted)
        name = wanted
        while name in self._taken:
            number = self._numbers[wanted] = self._numbers.get(wanted, 1) + 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        self._log.append(name)
        return name

    def scoped(self, wanted: str, nth: int) -> str:
        """Give a name for variables of comprehensions only; `nth` tells those of one expression apart."""
        key = (wanted, nth)
        if key not in self._scoped:
            self._scoped[key] = self.local(wanted)
        return self._scoped[key]

    def reserve(self, name: str) -> None:
        """Keep a name from being given to anything else."""
        if name in self._scoped.values():
            self._scoped = {key: given for key, given in self._scoped.items() if given != name}
        self._taken.add(name)

    def cached(self, key: int, make: Callable[[], dict[str, str]]) -> dict[str, str]:
        """Make something once for this module."""
        if key not in self._cache:
            self._cache[key] = make()
        return self._cache[key]

    def mark(self) -> tuple[int, int]:
        """Remember what is allocated, for `reset`."""
        return len(self._log), len(self.captures)

    def reset(self, mark: tuple[int, int]) -> None:
        """Forget what was allocated since the mark."""
        locals_, captures = mark
        self._taken.difference_update(self._log[locals_:])
        self._numbers.clear()
        del self._log[locals_:]
        self._scoped = {key: name for key, name in self._scoped.items() if name in self._taken}
        for name in list(self.captures)[captures:]:
            del self._by_id[id(self.captures.pop(name))]


def _identifier(wanted: str) -> str:
    plain = re.sub(r"\W+", "_", wanted).strip("_")
    return plain if plain.isidentifier() else f"function_{plain}".rstrip("_")
