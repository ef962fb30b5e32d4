"""What operators mean, said with functions that are simply called: each element in turn, as far as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import CellType, FunctionType
from typing import Any

from hydro_nb import Some

Items = Iterable[Any]


class Forgotten(Exception):  # noqa: N818 - not a failure
    """An accumulator is None, of which hydro_nb has its own opinion."""


def as_now(value: Any) -> Any:
    """Give a function as it is when an operator is called: what it closes over goes on changing."""
    if not isinstance(value, FunctionType) or value.__closure__ is None:
        return value
    cells = tuple(CellType(as_now(cell.cell_contents)) for cell in value.__closure__)
    copy = FunctionType(value.__code__, value.__globals__, value.__name__, value.__defaults__, cells)
    copy.__kwdefaults__ = value.__kwdefaults__
    return copy


def remembered(value: Any) -> Any:
    """Refuse None."""
    if value is None:
        raise Forgotten
    return value


def kept(f: Callable[[Any], Any], items: Items) -> Iterator[Any]:
    """Leave out None, unwrap what is wrapped."""
    for x in items:
        result = f(x)
        if result is not None:
            yield result.value if type(result) is Some else result


def inspected(f: Callable[..., Any], items: Items) -> Iterator[Any]:
    """Call, and give the same."""
    for x in items:
        f(x)
        yield x


def folded(init: Any, f: Callable[[Any, Any], Any], items: Items) -> Iterator[Any]:
    """Give one value."""
    acc = init
    for x in items:
        acc = remembered(f(acc, x))
    yield acc


def reduced(f: Callable[[Any, Any], Any], items: Items) -> Iterator[Any]:
    """Give one value, or nothing."""
    for first in (items := iter(items)):
        yield from folded(remembered(first), f, items)


class Called:
    """A stream of elements that are worked out when they are asked for."""

    def __init__(self, items: Items) -> None:
        self.items = items

    def map(self, f: Any) -> Called:
        f = as_now(f)
        return Called(f(x) for x in self.items)

    def filter(self, f: Any) -> Called:
        f = as_now(f)
        return Called(x for x in self.items if f(x))

    def filter_map(self, f: Any) -> Called:
        return Called(kept(as_now(f), self.items))

    def flat_map_ordered(self, f: Any) -> Called:
        f = as_now(f)
        return Called(each for x in self.items for each in f(x))

    def inspect(self, f: Any) -> Called:
        return Called(inspected(as_now(f), self.items))

    def fold(self, init: Any, f: Any) -> Called:
        return Called(folded(init() if init is list else init, as_now(f), self.items))

    def reduce(self, f: Any) -> Called:
        return Called(reduced(as_now(f), self.items))

    def max(self) -> Called:
        return self.reduce(max)

    def min(self) -> Called:
        return self.reduce(min)

    def into_stream(self) -> Called:
        return self

    def into_keyed(self) -> Keyed:
        return Keyed((key, value) for key, value in self.items)


class Keyed:
    """Values under keys."""

    def __init__(self, items: Iterable[tuple[Any, Any]]) -> None:
        self.items = items

    def map(self, f: Any) -> Keyed:
        f = as_now(f)
        return Keyed((key, f(value)) for key, value in self.items)

    def map_with_key(self, f: Any) -> Keyed:
        f = as_now(f)
        return Keyed((key, f(key, value)) for key, value in self.items)

    def filter(self, f: Any) -> Keyed:
        f = as_now(f)
        return Keyed((key, value) for key, value in self.items if f(value))

    def filter_with_key(self, f: Any) -> Keyed:
        f = as_now(f)
        return Keyed((key, value) for key, value in self.items if f(key, value))

    def flat_map_ordered(self, f: Any) -> Keyed:
        f = as_now(f)
        return Keyed((key, each) for key, value in self.items for each in f(value))

    def inspect(self, f: Any) -> Keyed:
        f = as_now(f)
        return Keyed((key, value) for key, value in self.items for _ in [f(value)])

    def entries(self) -> Called:
        return Called(self.items)

    def value_counts(self) -> Keyed:
        return self.fold(0, lambda n, _: n + 1)

    def fold(self, init: Any, f: Any) -> Keyed:
        f = as_now(f)
        return self._table(lambda table, key, value: f(table.get(key, init), value))

    def reduce(self, f: Any) -> Keyed:
        f = as_now(f)
        return self._table(lambda table, key, value: f(table[key], value) if key in table else value)

    def scan(self, init: Any, f: Any) -> Keyed:
        return Keyed(self._running(init, as_now(f)))

    def _running(self, init: Any, f: Any) -> Iterator[tuple[Any, Any]]:
        table: dict[Any, Any] = {}
        for key, value in self.items:
            table[key], out = f(table.get(key, init), value)
            yield key, remembered(out)

    def _table(self, step: Callable[[dict[Any, Any], Any, Any], Any]) -> Keyed:
        def made() -> Iterator[tuple[Any, Any]]:
            table: dict[Any, Any] = {}
            for key, value in self.items:
                table[key] = remembered(step(table, key, value))
            yield from table.items()

        return Keyed(made())
