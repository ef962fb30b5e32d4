"""What each process and member sees of the user's classes, functions and modules: each has its own attributes of them.

In a deployment each process has its class, and its module. Here there is one for all, so their attributes are exchanged
whenever another process or member runs, or the test does. Looked at are those that hold others, such as a list, and
those that some function of the flow may set, as far as its code tells; of most flows there are none, and nothing is
exchanged.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from hydro_nb.ir.code import names_in, nested
from hydro_nb.ir.parts import variables
from hydro_nb.sim.attributes import HOLDERS, own_of, used
from hydro_nb.sim.copies import carried

if TYPE_CHECKING:
    from hydro_nb.sim.units import Module, Runner

_MISSING: Any = object()
_ANY = frozenset({"setattr", "delattr"})
"""What sets attributes whose names the code does not tell."""

_READING = frozenset({*dir(frozenset), *dir(tuple), "get", "items", "keys", "values", "fromkeys", "maxlen"})
_CHANGING = frozenset(name for kind in HOLDERS for name in vars(kind) if not name.startswith("__")) - _READING
"""The methods of what holds values by which these may change."""


class Key(NamedTuple):
    """One attribute."""

    owner: Any
    name: str


class Views:
    """The attributes as each sees them; `None` stands for the test.

    >>> class Seen:
    ...     all = []
    >>> views, one = Views([Key(Seen, "all")]), object()
    >>> views.start()
    >>> views.enter(one)
    >>> Seen.all.append(1)
    >>> views.enter(None)
    >>> Seen.all
    []
    """

    def __init__(self, keys: Iterable[Key]) -> None:
        self.keys = tuple(keys)
        self._seen: dict[Module | None, list[Any]] = {}
        """of all but the one that runs"""
        self._now: Module | None = None
        self._first: list[Any] = []

    def start(self) -> None:
        """Begin an execution: all begin with what the test has now."""
        self.enter(None)
        self._seen.clear()
        self._first = _copies(self._read())

    def begin(self, module: Module) -> None:
        """Let a process or member that begins anew have none but what was there at the start."""
        self.enter(None)
        self._seen.pop(module, None)

    def enter(self, module: Module | None) -> None:
        """Let one of them run."""
        if module is self._now:
            return
        before = self._seen[self._now] = self._read()
        self._now = module
        mine = self._seen.get(module)
        for (owner, name), value, there in zip(self.keys, mine or _copies(self._first), before, strict=True):
            if value is not there:
                _put(owner, name, value)

    def entering(self, run: Callable[[Runner], None]) -> Callable[[Runner], None]:
        """Have what runs a unit let its process or member have its own."""

        def running(runner: Runner) -> None:
            self.enter(runner.module)
            run(runner)

        return running

    def _read(self) -> list[Any]:
        return [_attributes(owner).get(name, _MISSING) for owner, name in self.keys]


def _attributes(owner: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", vars(owner))


def _copies(values: Iterable[Any]) -> list[Any]:
    return [carried(value) if isinstance(value, HOLDERS) else value for value in values]


def _put(owner: Any, name: str, value: Any) -> None:
    if value is _MISSING:
        delattr(owner, name)
    else:
        setattr(owner, name, value)


def views_in(values: Iterable[Any]) -> Views | None:
    """Give what has to be exchanged of what some values use; none where nothing has to be."""
    classes, functions = used(values)
    found = {Key(owner, name): None for owner in (*classes, *functions) for name in _holding(owner)}
    methods = {id(fn): kind for kind in classes for fn in vars(kind).values() if isinstance(fn, FunctionType)}
    for fn in {id(fn): fn for fn in (*functions, *(each for kind in classes for each in _functions_of(kind)))}.values():
        found |= dict.fromkeys(_set_by(fn, classes, is_method=id(fn) in methods))
        found |= dict.fromkeys(_globals_of(fn))
    return Views(found) if found else None


def _holding(owner: Any) -> Iterator[str]:
    return (name for name, value in own_of(owner).items() if isinstance(value, HOLDERS))


def _functions_of(kind: type[Any]) -> Iterator[FunctionType]:
    """Give all functions that a class is made of."""
    for value in vars(kind).values():
        plain: Any = getattr(value, "__func__", value)
        parts = (value.fget, value.fset, value.fdel) if isinstance(value, property) else (plain,)
        yield from (part for part in parts if isinstance(part, FunctionType))


def _set_by(fn: FunctionType, classes: list[type[Any]], *, is_method: bool) -> Iterator[Key]:
    """Give the attributes that a function may set; what a method does to its object does nothing to the class."""
    known = dict(variables(fn))
    code = fn.__code__
    itself = code.co_varnames[0] if is_method and code.co_argcount else ""
    for inner in nested(code):
        if not _ANY.isdisjoint(inner.co_names):
            yield from (Key(kind, name) for kind in classes for name in own_of(kind))
        for where, name in _settings(inner):
            if isinstance(where, str) and where in known:
                yield from [Key(known[where], name)] if _is_owner(known[where]) else []
            elif where is None or where != itself:
                yield from (Key(kind, name) for kind in classes if where is None or name in vars(kind))


def _globals_of(fn: FunctionType) -> Iterator[Key]:
    """Give the variables of its module that a function may change; what is not imported has copies of them anyway."""
    module = sys.modules.get(fn.__module__ or "")
    if module is None or module.__name__ == "__main__" or vars(module) is not fn.__globals__:
        return
    for code in nested(fn.__code__):
        yield from (Key(module, name) for name in names_in(code, "STORE_GLOBAL", "DELETE_GLOBAL"))
        held = (name for name in names_in(code, "LOAD_GLOBAL") if isinstance(fn.__globals__.get(name), HOLDERS))
        yield from (Key(module, name) for name in held if _changes(code))


def _changes(code: CodeType) -> bool:
    """Whether code may change what is in a list, or another that holds values."""
    stores = {dis.opmap["STORE_SUBSCR"], dis.opmap["DELETE_SUBSCR"]}
    return bool(stores & set(code.co_code[::2])) or not _CHANGING.isdisjoint(code.co_names)


def _settings(code: CodeType) -> Iterator[tuple[str | None, str]]:
    """Give the attributes that code sets, each with the variable that has it; None where it is no variable."""
    if not {dis.opmap["STORE_ATTR"], dis.opmap["DELETE_ATTR"]} & set(code.co_code[::2]):
        return
    steps = list(dis.get_instructions(code))
    for at, step in enumerate(steps):
        if step.opname in ("STORE_ATTR", "DELETE_ATTR"):
            yield _variable(steps[_loaded(steps, at)]), step.argval


def _loaded(steps: list[dis.Instruction], at: int) -> int:
    """Give where that is loaded whose attribute is set: before it, or before it is read where it is changed by `+=`."""
    if steps[at - 1].opname != "SWAP":
        return at - 1
    read = (i for i in range(at - 1, 1, -1) if steps[i].opname == "LOAD_ATTR" and steps[i].argval == steps[at].argval)
    return next((i - 2 for i in read if steps[i - 1].opname == "COPY"), at - 1)


def _variable(step: dis.Instruction) -> str | None:
    """Give the variable that an instruction loads last."""
    if not step.opname.startswith(("LOAD_FAST", "LOAD_DEREF", "LOAD_GLOBAL", "LOAD_NAME")):
        return None
    names: Any = step.argval
    return names[-1] if isinstance(names, tuple) else names  # pyright: ignore[reportUnknownVariableType] - of several loads


def _is_owner(value: Any) -> bool:
    return isinstance(value, type | FunctionType | ModuleType)
