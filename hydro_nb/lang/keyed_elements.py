"""The methods of a keyed stream that look at one value at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from hydro_nb.ir.func import OnError
from hydro_nb.ir.ops.element import Filter, FilterMap, FlatMapOrdered, FlatMapUnordered, Inspect, Map, Partition
from hydro_nb.ir.ops.fold import Proof
from hydro_nb.ir.ops.order import Enumerate, Typed, Unique
from hydro_nb.lang import annotate
from hydro_nb.lang.collection import Collection, grow, handle
from hydro_nb.lang.guarantees import B_co, ExactlyOnce, K_co, L_co, NoOrder, O_co, R_co, TotalOrder, V_co
from hydro_nb.lang.stream_elements import checked_type, effects, items

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.values import Some

U = TypeVar("U")


class KeyedElements(Collection, Generic[K_co, V_co, L_co, B_co, O_co, R_co]):
    """A keyed stream as something to map and filter."""

    __slots__ = ()

    def map(
        self,
        f: Callable[[V_co], U],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedStream[K_co, U, L_co, B_co, O_co, R_co]:
        """Give the function's result for each value.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.map(lambda n: n * 10).entries().preview().rows
        [('a', 10), ('b', 20)]

        Order, repeats and boundedness stay.
        With `on_error="skip"` an element that `f` fails on is counted and left out.
        """
        laws = effects("map", commutative, idempotent)
        return self._grow(Map(self._func(f, 1, "map", on_error), annotate.result_of(f), **laws))

    def map_with_key(
        self,
        f: Callable[[K_co, V_co], U],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedStream[K_co, U, L_co, B_co, O_co, R_co]:
        """Give the function's result for each key and value; the key stays.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.map_with_key(lambda key, n: key * n).entries().preview().rows
        [('a', 'a'), ('b', 'bb')]

        Order, repeats and boundedness stay.
        With `on_error="skip"` an element that `f` fails on is counted and left out.
        """
        laws = effects("map_with_key", commutative, idempotent)
        return self._grow(Map(self._func(f, 2, "map_with_key", on_error), annotate.result_of(f), with_key=True, **laws))

    def filter(
        self,
        f: Callable[[V_co], object],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Self:
        """Keep the values for which the function is true.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.filter(lambda n: n > 1).entries().preview().rows
        [('b', 2)]

        Everything stays.
        With `on_error="skip"` an element that `f` fails on is counted and left out.
        """
        laws = effects("filter", commutative, idempotent)
        return self._grow(Filter(self._func(f, 1, "filter", on_error), **laws))

    def filter_with_key(
        self,
        f: Callable[[K_co, V_co], object],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Self:
        """Keep the values for which the function of key and value is true.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.filter_with_key(lambda key, n: key == "a" or n > 2).entries().preview().rows
        [('a', 1)]

        Everything stays.
        With `on_error="skip"` an element that `f` fails on is counted and left out.
        """
        laws = effects("filter_with_key", commutative, idempotent)
        return self._grow(Filter(self._func(f, 2, "filter_with_key", on_error), with_key=True, **laws))

    def filter_map(
        self,
        f: Callable[[V_co], Some[U] | U | None],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedStream[K_co, U, L_co, B_co, O_co, R_co]:
        """Give the function's result where it is not `None`; `Some(None)` passes a `None` on.

        >>> pairs = FlowBuilder().process().source_iter([("a", "1"), ("b", "x")]).into_keyed()
        >>> pairs.filter_map(lambda s: int(s) if s.isdigit() else None).entries().preview().rows
        [('a', 1)]

        Order, repeats and boundedness stay.
        With `on_error="skip"` an element that `f` fails on is counted and left out.
        """
        laws = effects("filter_map", commutative, idempotent)
        return self._grow(FilterMap(self._func(f, 1, "filter_map", on_error), annotate.present_of(f), **laws))

    def filter_map_with_key(
        self,
        f: Callable[[K_co, V_co], Some[U] | U | None],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedStream[K_co, U, L_co, B_co, O_co, R_co]:
        """Give the function's result for each key and value where it is not `None`; `Some(None)` passes a `None` on.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.filter_map_with_key(lambda key, n: key * n if n > 1 else None).entries().preview().rows
        [('b', 'bb')]

        Order, repeats and boundedness stay.
        With `on_error="skip"` an element that `f` fails on is counted and left out.
        """
        laws = effects("filter_map_with_key", commutative, idempotent)
        return self._grow(
            FilterMap(self._func(f, 2, "filter_map_with_key", on_error), annotate.present_of(f), with_key=True, **laws)
        )

    def flat_map_ordered(
        self,
        f: Callable[[V_co], Iterable[U]],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedStream[K_co, U, L_co, B_co, O_co, R_co]:
        """Give every item of the iterable that the function makes of a value, in its order.

        >>> pairs = FlowBuilder().process().source_iter([("a", "x y")]).into_keyed()
        >>> pairs.flat_map_ordered(str.split).entries().preview().rows
        [('a', 'x'), ('a', 'y')]

        Order, repeats and boundedness stay.
        With `on_error="skip"` an element that `f` or its iterable fails on is counted; the items that came before
        stay.
        """
        laws = effects("flat_map_ordered", commutative, idempotent)
        return self._grow(FlatMapOrdered(self._func(f, 1, "flat_map_ordered", on_error), annotate.item_of(f), **laws))

    def flat_map_unordered(
        self,
        f: Callable[[V_co], Iterable[U]],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedStream[K_co, U, L_co, B_co, NoOrder, R_co]:
        """Give every item of the iterable that the function makes of a value, in any order.

        >>> pairs = FlowBuilder().process().source_iter([("a", "xy")]).into_keyed()
        >>> sorted(pairs.flat_map_unordered(set).entries().preview().rows)
        [('a', 'x'), ('a', 'y')]

        Order within keys is lost; repeats and boundedness stay.
        With `on_error="skip"` an element that `f` or its iterable fails on is counted; the items that came before
        stay.
        """
        laws = effects("flat_map_unordered", commutative, idempotent)
        return self._grow(
            FlatMapUnordered(self._func(f, 1, "flat_map_unordered", on_error), annotate.item_of(f), **laws)
        )

    def flatten_ordered(
        self: KeyedElements[K_co, Iterable[U], L_co, B_co, O_co, R_co],
    ) -> KeyedStream[K_co, U, L_co, B_co, O_co, R_co]:
        """Give every item of every value, in order.

        >>> pairs = FlowBuilder().process().source_iter([("a", [1, 2]), ("b", [3])]).into_keyed()
        >>> pairs.flatten_ordered().entries().preview().rows
        [('a', 1), ('a', 2), ('b', 3)]

        Order, repeats and boundedness stay.
        """
        item = annotate.item_type(self.kind.element)
        return self._grow(FlatMapOrdered(self._func(items, 1, "flatten_ordered"), item))

    def flatten_unordered(
        self: KeyedElements[K_co, Iterable[U], L_co, B_co, O_co, R_co],
    ) -> KeyedStream[K_co, U, L_co, B_co, NoOrder, R_co]:
        """Give every item of every value, in any order.

        >>> pairs = FlowBuilder().process().source_iter([("a", {1, 2}), ("b", {3})]).into_keyed()
        >>> sorted(pairs.flatten_unordered().entries().preview().rows)
        [('a', 1), ('a', 2), ('b', 3)]

        Order within keys is lost; repeats and boundedness stay.
        """
        item = annotate.item_type(self.kind.element)
        return self._grow(FlatMapUnordered(self._func(items, 1, "flatten_unordered"), item))

    def inspect(
        self,
        f: Callable[[V_co], object],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Self:
        """Call the function with each value and pass the value on.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1)]).into_keyed()
        >>> pairs.inspect(lambda n: None).entries().preview().rows
        [('a', 1)]

        Everything stays.
        With `on_error="skip"` an element that `f` fails on is counted and goes no further.
        """
        laws = effects("inspect", commutative, idempotent)
        return self._grow(Inspect(self._func(f, 1, "inspect", on_error), **laws))

    def inspect_with_key(
        self,
        f: Callable[[K_co, V_co], object],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Self:
        """Call the function with each key and value and pass the value on.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.inspect_with_key(lambda key, n: None).entries().preview().rows
        [('a', 1), ('b', 2)]

        Everything stays.
        With `on_error="skip"` an element that `f` fails on is counted and goes no further.
        """
        laws = effects("inspect_with_key", commutative, idempotent)
        return self._grow(Inspect(self._func(f, 2, "inspect_with_key", on_error), with_key=True, **laws))

    def partition(
        self,
        f: Callable[[V_co], object],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> tuple[Self, Self]:
        """Split in two keyed streams: the values for which the function is true, and the others.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("a", 2)]).into_keyed()
        >>> even, odd = pairs.partition(lambda n: n % 2 == 0)
        >>> even.entries().preview().rows, odd.entries().preview().rows
        ([('a', 2)], [('a', 1)])

        Everything stays, on both sides.
        With `on_error="skip"` an element that `f` fails on is counted and is on neither side.
        """
        laws = effects("partition", commutative, idempotent)
        node = grow(Partition(self._func(f, 1, "partition", on_error), **laws), self)
        return handle(self.flow, node, 0), handle(self.flow, node, 1)

    def enumerate(
        self: KeyedElements[K_co, V_co, L_co, B_co, TotalOrder, ExactlyOnce],
    ) -> KeyedStream[K_co, tuple[int, V_co], L_co, B_co, TotalOrder, ExactlyOnce]:
        """Pair each value with its position within its key, from 0.

        >>> pairs = FlowBuilder().process().source_iter([("a", "x"), ("b", "y"), ("a", "z")]).into_keyed()
        >>> pairs.enumerate().entries().preview().rows
        [('a', (0, 'x')), ('b', (0, 'y')), ('a', (1, 'z'))]

        Needs a total order within keys and no repeats, and keeps both.
        """
        return self._grow(Enumerate())

    def unique(self) -> KeyedStream[K_co, V_co, L_co, B_co, O_co, ExactlyOnce]:
        """Keep each value the first time it comes under its key.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("a", 1), ("b", 1)]).into_keyed()
        >>> pairs.unique().entries().preview().rows
        [('a', 1), ('b', 1)]

        Exactly once; order and boundedness stay.
        """
        return self._grow(Unique())

    @overload
    def typed(self, value: type[U]) -> KeyedStream[K_co, U, L_co, B_co, O_co, R_co]: ...
    @overload
    def typed(self, value: object) -> KeyedStream[K_co, Any, L_co, B_co, O_co, R_co]: ...
    def typed(self, value: object) -> Any:
        """Say what the values are; the codec of a channel follows it.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1)]).into_keyed()
        >>> pairs.map(lambda n: n / 2).typed(float).kind.element
        <class 'float'>

        Everything stays.
        """
        return self._grow(Typed(element_type=checked_type(value)))
