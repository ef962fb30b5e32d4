"""What a slice gives out: streams slice after slice, of live values the newest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from typing_extensions import TypeVar

from hydro_nb.errors import GraphError, LocationError
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import (
    O2,
    R2,
    Bounded,
    BoundedValue,
    InitNone,
    Unbounded,
)
from hydro_nb.lang.location import TopLevel
from hydro_nb.lang.site import here
from hydro_nb.lang.tick import Atomic, Tick

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_singleton import KeyedSingleton
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.protocols import AtomicElements, AtomicValue, Elements, Value
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
P = TypeVar("P", bound=TopLevel)
F = TypeVar("F", bound=Bounded | BoundedValue)
D = TypeVar("D", default=Any)
E = TypeVar("E", default=Any)
X = TypeVar("X")
Y = TypeVar("Y")


class SliceOut:
    """A block as something that gives results."""

    def __init__(self) -> None:
        self._tick: Tick[Any] | None = None
        self._open = False

    @overload
    def emit(self, result: Stream[T, Tick[P], Bounded, O2, R2], /) -> Stream[T, P, Unbounded, O2, R2]: ...
    @overload
    def emit(
        self, result: KeyedStream[K, V, Tick[P], Bounded, O2, R2], /
    ) -> KeyedStream[K, V, P, Unbounded, O2, R2]: ...
    @overload
    def emit(self, result: Singleton[T, Tick[P], Bounded], /) -> Optional[T, P, InitNone]: ...
    @overload
    def emit(self, result: Optional[T, Tick[P], Bounded], /) -> Optional[T, P, Unbounded]: ...
    @overload
    def emit(self, result: KeyedSingleton[K, V, Tick[P], Bounded], /) -> KeyedSingleton[K, V, P, Unbounded]: ...
    @overload
    def emit(self, first: Value[X], second: Value[Y], /) -> tuple[X, Y]: ...
    @overload
    def emit(self, first: Value[X], second: Elements[Y], /) -> tuple[X, Y]: ...
    @overload
    def emit(self, first: Elements[X], second: Value[Y], /) -> tuple[X, Y]: ...
    @overload
    def emit(self, first: Elements[X], second: Elements[Y], /) -> tuple[X, Y]: ...
    @overload
    def emit(self, first: Any, second: Any, third: Any, /, *more: Any) -> tuple[Any, ...]: ...
    def emit(self, *results: Any) -> Any:
        """Give results out of the slice: streams slice after slice, of a live value the newest.

        >>> with sliced() as s:
        ...     batch = s.batch(FlowBuilder().process().source_iter([1, 2]), nondet("put together again"))
        ...     numbers, count = s.emit(batch, batch.count())
        >>> numbers.preview().rows
        [1, 2]

        Unbounded; order and repeats stay. A singleton becomes an optional that is absent before the first slice. Of
        several results a tuple is given.
        """
        given = tuple(self._out(each, "all_ticks", "latest") for each in results)
        return given[0] if len(given) == 1 else given

    @overload
    def emit_atomic(
        self, result: Stream[T, Tick[P], Bounded, O2, R2], /
    ) -> Stream[T, Atomic[P], Unbounded, O2, R2]: ...
    @overload
    def emit_atomic(
        self, result: KeyedStream[K, V, Tick[P], Bounded, O2, R2], /
    ) -> KeyedStream[K, V, Atomic[P], Unbounded, O2, R2]: ...
    @overload
    def emit_atomic(self, result: Singleton[T, Tick[P], Bounded], /) -> Optional[T, Atomic[P], InitNone]: ...
    @overload
    def emit_atomic(self, result: Optional[T, Tick[P], Bounded], /) -> Optional[T, Atomic[P], Unbounded]: ...
    @overload
    def emit_atomic(
        self, result: KeyedSingleton[K, V, Tick[P], Bounded], /
    ) -> KeyedSingleton[K, V, Atomic[P], Unbounded]: ...
    @overload
    def emit_atomic(self, first: AtomicValue[X], second: AtomicValue[Y], /) -> tuple[X, Y]: ...
    @overload
    def emit_atomic(self, first: AtomicValue[X], second: AtomicElements[Y], /) -> tuple[X, Y]: ...
    @overload
    def emit_atomic(self, first: AtomicElements[X], second: AtomicValue[Y], /) -> tuple[X, Y]: ...
    @overload
    def emit_atomic(self, first: AtomicElements[X], second: AtomicElements[Y], /) -> tuple[X, Y]: ...
    @overload
    def emit_atomic(self, first: Any, second: Any, third: Any, /, *more: Any) -> tuple[Any, ...]: ...
    def emit_atomic(self, *results: Any) -> Any:
        """Give results into the atomic section that runs with the slice; `end_atomic` shows them when all is done.

        >>> with sliced() as s:
        ...     batch = s.batch(FlowBuilder().process().source_iter([1, 2]), nondet("put together again"))
        ...     inside = s.emit_atomic(batch)
        >>> inside.end_atomic().preview().rows
        [1, 2]

        As `emit`, in the section.
        """
        given = tuple(self._out(each, "all_ticks_atomic", "latest_atomic") for each in results)
        return given[0] if len(given) == 1 else given

    def _require_open(self, method: str) -> None:
        """Raise unless the block is running."""
        if not self._open:
            raise GraphError(
                f"`{method}` was called outside of its slice.\n  {here()}\n"
                "  Call it inside the block: with sliced() as s: ..."
            )

    def _out(self, result: Any, stream: str, value: str) -> Any:
        self._require_open("emit")
        if not isinstance(result, Collection) or self._tick is None or result.kind.place != self._tick.place:
            raise LocationError(
                f"a slice gives out what was made in it, but was given {_named(result)}.\n  {here()}\n"
                "  What is made outside needs no emit."
            )
        return getattr(result, stream if result.kind.shape.is_stream else value)()


def _named(given: Any) -> str:
    return f"a {given.kind.shape} on {given.kind.place.title}" if isinstance(given, Collection) else repr(given)
