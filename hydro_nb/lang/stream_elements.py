"""The methods of a stream that look at one element at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, Self, TypedDict, TypeVar, overload

from hydro_nb.errors import GraphError
from hydro_nb.ir.func import OnError
from hydro_nb.ir.ops.element import Filter, FilterMap, FlatMapOrdered, FlatMapUnordered, Inspect, Map, Partition
from hydro_nb.ir.ops.fold import Proof
from hydro_nb.ir.ops.join import CrossSingleton
from hydro_nb.ir.ops.order import Enumerate, IntoKeyed, Make, Named, Typed, Unique
from hydro_nb.lang import annotate
from hydro_nb.lang.collection import Collection, grow, handle
from hydro_nb.lang.guarantees import B_co, Bounded, ExactlyOnce, L_co, NoOrder, O_co, R_co, T_co, TotalOrder
from hydro_nb.lang.nondet import law
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream
    from hydro_nb.values import Some

U = TypeVar("U")
K = TypeVar("K")
V = TypeVar("V")


class StreamElements(Collection, Generic[T_co, L_co, B_co, O_co, R_co]):
    """A stream as something to map, filter and take apart."""

    __slots__ = ()

    def map(
        self,
        f: Callable[[T_co], U],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Stream[U, L_co, B_co, O_co, R_co]:
        """Give the function's result for each element.

        >>> FlowBuilder().process().source_iter([1, 2]).map(lambda n: n * 10).preview().rows
        [10, 20]
        >>> FlowBuilder().process().source_iter(["1", "x", "3"]).map(int, on_error="skip").preview().rows
        [1, 3]

        Order, repeats and boundedness stay.
        With `on_error="skip"` an element that `f` fails on (by any `Exception`) is counted and left out, so that what
        comes out depends on which fail: `deployment.skipped` tells. Without it the process fails.
        """
        laws = effects("map", commutative, idempotent)
        return self._grow(Map(self._func(f, 1, "map", on_error), annotate.result_of(f), **laws))

    def filter(
        self,
        f: Callable[[T_co], object],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Stream[T_co, L_co, B_co, O_co, R_co]:
        """Keep the elements for which the function is true.

        >>> FlowBuilder().process().source_iter([1, 2, 3]).filter(lambda n: n > 1).preview().rows
        [2, 3]

        Order, repeats and boundedness stay.
        With `on_error="skip"` an element that `f` fails on is counted and left out.
        """
        laws = effects("filter", commutative, idempotent)
        return self._grow(Filter(self._func(f, 1, "filter", on_error), **laws))

    def filter_map(
        self,
        f: Callable[[T_co], Some[U] | U | None],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Stream[U, L_co, B_co, O_co, R_co]:
        """Give the function's result where it is not `None`; `Some(None)` passes a `None` on.

        >>> words = FlowBuilder().process().source_iter(["1", "x"])
        >>> words.filter_map(lambda s: int(s) if s.isdigit() else None).preview().rows
        [1]

        Order, repeats and boundedness stay.
        With `on_error="skip"` an element that `f` fails on is counted and left out.
        """
        laws = effects("filter_map", commutative, idempotent)
        return self._grow(FilterMap(self._func(f, 1, "filter_map", on_error), annotate.present_of(f), **laws))

    def flat_map_ordered(
        self,
        f: Callable[[T_co], Iterable[U]],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Stream[U, L_co, B_co, O_co, R_co]:
        """Give every item of the iterable that the function makes of an element, in its order.

        >>> FlowBuilder().process().source_iter(["a b", "c"]).flat_map_ordered(str.split).preview().rows
        ['a', 'b', 'c']

        Order, repeats and boundedness stay.
        With `on_error="skip"` an element that `f` or its iterable fails on is counted; the items that came before
        stay.
        """
        laws = effects("flat_map_ordered", commutative, idempotent)
        return self._grow(FlatMapOrdered(self._func(f, 1, "flat_map_ordered", on_error), annotate.item_of(f), **laws))

    def flat_map_unordered(
        self,
        f: Callable[[T_co], Iterable[U]],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Stream[U, L_co, B_co, NoOrder, R_co]:
        """Give every item of the iterable that the function makes of an element, in any order.

        >>> letters = FlowBuilder().process().source_iter(["ab", "c"]).flat_map_unordered(set)
        >>> sorted(letters.preview().rows)
        ['a', 'b', 'c']

        Order is lost; repeats and boundedness stay.
        With `on_error="skip"` an element that `f` or its iterable fails on is counted; the items that came before
        stay.
        """
        laws = effects("flat_map_unordered", commutative, idempotent)
        return self._grow(
            FlatMapUnordered(self._func(f, 1, "flat_map_unordered", on_error), annotate.item_of(f), **laws)
        )

    def flatten_ordered(self: StreamElements[Iterable[U], L_co, B_co, O_co, R_co]) -> Stream[U, L_co, B_co, O_co, R_co]:
        """Give every item of every element, in order.

        >>> FlowBuilder().process().source_iter([[1, 2], [3]]).flatten_ordered().preview().rows
        [1, 2, 3]

        Order, repeats and boundedness stay.
        """
        item = annotate.item_type(self.kind.element)
        return self._grow(FlatMapOrdered(self._func(items, 1, "flatten_ordered"), item))

    def flatten_unordered(
        self: StreamElements[Iterable[U], L_co, B_co, O_co, R_co],
    ) -> Stream[U, L_co, B_co, NoOrder, R_co]:
        """Give every item of every element, in any order.

        >>> sorted(FlowBuilder().process().source_iter([{1, 2}, {3}]).flatten_unordered().preview().rows)
        [1, 2, 3]

        Order is lost; repeats and boundedness stay.
        """
        item = annotate.item_type(self.kind.element)
        return self._grow(FlatMapUnordered(self._func(items, 1, "flatten_unordered"), item))

    def inspect(
        self,
        f: Callable[[T_co], object],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Self:
        """Call the function with each element and pass the element on.

        >>> FlowBuilder().process().source_iter([1]).inspect(lambda n: None).preview().rows
        [1]

        Everything stays.
        With `on_error="skip"` an element that `f` fails on is counted and goes no further.
        """
        laws = effects("inspect", commutative, idempotent)
        return self._grow(Inspect(self._func(f, 1, "inspect", on_error), **laws))

    def partition(
        self,
        f: Callable[[T_co], object],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> tuple[Self, Self]:
        """Split in two streams: the elements for which the function is true, and the others.

        >>> even, odd = FlowBuilder().process().source_iter([1, 2, 3]).partition(lambda n: n % 2 == 0)
        >>> even.preview().rows, odd.preview().rows
        ([2], [1, 3])

        Everything stays, on both sides.
        With `on_error="skip"` an element that `f` fails on is counted and is on neither side.
        """
        laws = effects("partition", commutative, idempotent)
        node = grow(Partition(self._func(f, 1, "partition", on_error), **laws), self)
        return handle(self.flow, node, 0), handle(self.flow, node, 1)

    def enumerate(
        self: StreamElements[T_co, L_co, B_co, TotalOrder, ExactlyOnce],
    ) -> Stream[tuple[int, T_co], L_co, B_co, TotalOrder, ExactlyOnce]:
        """Pair each element with its position, from 0.

        >>> FlowBuilder().process().source_iter(["a", "b"]).enumerate().preview().rows
        [(0, 'a'), (1, 'b')]

        Needs a total order and no repeats, and keeps both.
        """
        return self._grow(Enumerate())

    def unique(self) -> Stream[T_co, L_co, B_co, O_co, ExactlyOnce]:
        """Keep each element the first time it comes; elements must be hashable.

        >>> FlowBuilder().process().source_iter([1, 2, 1]).unique().preview().rows
        [1, 2]

        Exactly once; order and boundedness stay.
        """
        return self._grow(Unique())

    def cross_singleton(
        self, other: Singleton[U, L_co, Bounded] | Optional[U, L_co, Bounded]
    ) -> Stream[tuple[T_co, U], L_co, B_co, O_co, R_co]:
        """Pair each element with a complete value; where an optional is empty, nothing comes out.

        >>> numbers = FlowBuilder().process().source_iter([1, 2])
        >>> numbers.cross_singleton(numbers.count()).preview().rows
        [(1, 2), (2, 2)]

        Order, repeats and boundedness stay.
        """
        return self._grow(CrossSingleton(), other)

    def into_keyed(
        self: StreamElements[tuple[K, V], L_co, B_co, O_co, R_co],
    ) -> KeyedStream[K, V, L_co, B_co, O_co, R_co]:
        """Take pairs for keys and values.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)])
        >>> sorted(pairs.into_keyed().fold(0, lambda total, n: total + n).entries().preview().rows)
        [('a', 4), ('b', 2)]

        Within a key order and repeats stay; across keys there is no order.
        """
        return self._grow(IntoKeyed(to="keyed"))

    @overload
    def typed(self, element: type[U]) -> Stream[U, L_co, B_co, O_co, R_co]: ...
    @overload
    def typed(self, element: object) -> Stream[Any, L_co, B_co, O_co, R_co]: ...
    def typed(self, element: object) -> Any:
        """Say what the elements are; the codec of a channel follows it.

        >>> FlowBuilder().process().source_iter(["1"]).map(lambda text: int(text)).typed(int)
        Stream[int, Process[None], Bounded, TotalOrder, ExactlyOnce]
          typed   int
          map   lambda text: int(text)
          source_iter   1 element

        Everything stays.
        """
        return self._grow(Typed(element_type=checked_type(element)))

    # ------------------------------------------------------------ what is already so

    def make_totally_ordered(
        self: StreamElements[T_co, L_co, B_co, TotalOrder, R_co],
    ) -> Stream[T_co, L_co, B_co, TotalOrder, R_co]:
        """Say that this is totally ordered, in code that is written for any order.

        >>> FlowBuilder().process().source_iter([1]).make_totally_ordered().kind.order
        <Order.TOTAL: 'TotalOrder'>

        Everything stays; an error where there is no total order.
        """
        return self._grow(Make(guarantee="totally_ordered"))

    def make_exactly_once(
        self: StreamElements[T_co, L_co, B_co, O_co, ExactlyOnce],
    ) -> Stream[T_co, L_co, B_co, O_co, ExactlyOnce]:
        """Say that no element comes twice, in code that is written for any repeats.

        >>> FlowBuilder().process().source_iter([1]).make_exactly_once().kind.retries
        <Retries.EXACTLY_ONCE: 'ExactlyOnce'>

        Everything stays; an error where elements may come twice.
        """
        return self._grow(Make(guarantee="exactly_once"))

    def make_bounded(
        self: StreamElements[T_co, L_co, Bounded, O_co, R_co],
    ) -> Stream[T_co, L_co, Bounded, O_co, R_co]:
        """Say that all there is to come is here, in code that is written for any bound.

        >>> FlowBuilder().process().source_iter([1]).make_bounded().kind.bound
        <Bound.BOUNDED: 'Bounded'>

        Everything stays; an error where it is unbounded.
        """
        return self._grow(Make(guarantee="bounded"))

    def ir_node_named(self, name: str) -> Self:
        """Give this place in the program a name that pictures and texts of it show.

        >>> FlowBuilder().process().source_iter([1]).ir_node_named("input")
        Stream[int, Process[None], Bounded, TotalOrder, ExactlyOnce]
          input
          source_iter   1 element

        Everything stays.
        """
        return self._grow(Named(title=named(name)))


def items(element: Iterable[Any]) -> Iterable[Any]:
    """Give what an element is made of: the function of `flatten_ordered`."""
    return element


class Effects(TypedDict):
    """Why it means nothing in which order, or how often, a function is called that changes something outside."""

    commutative: Proof | None
    idempotent: Proof | None


def effects(method: str, commutative: Proof | None, idempotent: Proof | None) -> Effects:
    """Take the proofs that a method was given about its function's effects."""
    site = here()
    return Effects(
        commutative=law(commutative, "commutative", method, site),
        idempotent=law(idempotent, "idempotent", method, site),
    )


def named(name: Any) -> str:
    """Give a name that a method was given, or say that it is none."""
    if not isinstance(name, str) or not name:
        raise GraphError(f"`ir_node_named` needs a name in words, but was given {name!r}.\n  {here()}")
    return name


def checked_type(element: Any) -> Any:
    """Give the type that `typed` was given, or say that a value is none."""
    if isinstance(element, int | float | str | bytes | list | tuple | set):
        raise GraphError(
            f"`typed` needs a type such as `int` or `tuple[str, int]`, but was given {element!r}.\n  {here()}"
        )
    return element
