"""The methods of live values that ask whether they are there, and choose by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from hydro_nb.ir.ops.element import FilterMap, Map
from hydro_nb.ir.ops.join import FilterIf, UnwrapOr
from hydro_nb.ir.ops.shape import SingletonSource
from hydro_nb.ir.ops.value import FirstPresent, IsSome, Logic, OrNone, Threshold, Zip
from hydro_nb.lang import annotate, quote
from hydro_nb.lang.collection import Collection, check_other, grow, handle
from hydro_nb.lang.guarantees import (
    B2,
    B_co,
    Bounded,
    ExactlyOnce,
    InitNone,
    L_co,
    Monotonic,
    T_co,
    TotalOrder,
    Unbounded,
)
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream
    from hydro_nb.values import Some

U = TypeVar("U")

_PLAIN = (bool, int, float, str, bytes)
"""types whose default is a constant"""


class OptionalLogic(Collection, Generic[T_co, L_co, B_co]):
    """An optional as something that may be there."""

    __slots__ = ()

    @overload
    def is_some(self: OptionalLogic[T_co, L_co, Bounded]) -> Singleton[bool, L_co, Bounded]: ...
    @overload
    def is_some(self: OptionalLogic[T_co, L_co, InitNone]) -> Singleton[bool, L_co, Monotonic]: ...
    @overload
    def is_some(self) -> Singleton[bool, L_co, Unbounded]: ...
    def is_some(self) -> Any:
        """Say whether there is a value.

        >>> FlowBuilder().process().source_iter([1, 2]).reduce(max).is_some().preview().rows
        [True]

        Bounded where this is; where a value that came stays, it only grows from `False` to `True`.
        """
        return self._grow(IsSome())

    @overload
    def is_none(self: OptionalLogic[T_co, L_co, Bounded]) -> Singleton[bool, L_co, Bounded]: ...
    @overload
    def is_none(self) -> Singleton[bool, L_co, Unbounded]: ...
    def is_none(self) -> Any:
        """Say whether there is no value.

        >>> FlowBuilder().process().source_iter([1, 2]).reduce(max).is_none().preview().rows
        [False]

        Bounded where this is.
        """
        return self._grow(IsSome(absent=True))

    @overload
    def or_(
        self: OptionalLogic[T_co, L_co, Bounded], other: Optional[U, L_co, Bounded]
    ) -> Optional[T_co | U, L_co, Bounded]: ...
    @overload
    def or_(
        self: OptionalLogic[T_co, L_co, InitNone], other: Optional[U, L_co, Bounded | InitNone]
    ) -> Optional[T_co | U, L_co, InitNone]: ...
    @overload
    def or_(
        self: OptionalLogic[T_co, L_co, Bounded], other: Optional[U, L_co, InitNone]
    ) -> Optional[T_co | U, L_co, InitNone]: ...
    @overload
    def or_(self, other: Optional[U, L_co, B2]) -> Optional[T_co | U, L_co, Unbounded]: ...
    def or_(self, other: Optional[Any, Any, Any]) -> Any:
        """Give the value, or the other's where there is none.

        >>> numbers = FlowBuilder().process().source_iter([1, 2])
        >>> numbers.filter(lambda n: n > 9).reduce(max).or_(numbers.reduce(min)).preview().rows
        [1]

        Bounded where both are; where values that came stay in both, this one stays too.
        """
        return self._grow(FirstPresent(), other)

    @overload
    def zip(
        self: OptionalLogic[T_co, L_co, Bounded], other: Singleton[U, L_co, Bounded] | Optional[U, L_co, Bounded]
    ) -> Optional[tuple[T_co, U], L_co, Bounded]: ...
    @overload
    def zip(
        self: OptionalLogic[T_co, L_co, InitNone],
        other: Singleton[U, L_co, B2] | Optional[U, L_co, Bounded | InitNone],
    ) -> Optional[tuple[T_co, U], L_co, InitNone]: ...
    @overload
    def zip(
        self: OptionalLogic[T_co, L_co, Bounded], other: Singleton[U, L_co, Unbounded] | Optional[U, L_co, InitNone]
    ) -> Optional[tuple[T_co, U], L_co, InitNone]: ...
    @overload
    def zip(
        self, other: Singleton[U, L_co, B2] | Optional[U, L_co, B2]
    ) -> Optional[tuple[T_co, U], L_co, Unbounded]: ...
    def zip(self, other: Any) -> Any:
        """Give the value paired with another live value, while both are there.

        >>> leader = FlowBuilder().process()
        >>> leader.source_iter([1, 2]).reduce(max).zip(leader.singleton("a")).preview().rows
        [(2, 'a')]

        Bounded where both are; where values that came stay in both, the pair stays too.
        """
        return self._grow(Zip(), other)

    @overload
    def unwrap_or(
        self: OptionalLogic[T_co, L_co, Bounded], other: Singleton[U, L_co, Bounded]
    ) -> Singleton[T_co | U, L_co, Bounded]: ...
    @overload
    def unwrap_or(self, other: Singleton[U, L_co, B2]) -> Singleton[T_co | U, L_co, Unbounded]: ...
    def unwrap_or(self, other: Singleton[Any, Any, Any]) -> Any:
        """Give the value, or the singleton's where there is none.

        >>> leader = FlowBuilder().process()
        >>> empty = leader.source_iter([1]).filter(lambda n: n > 9).reduce(max)
        >>> empty.unwrap_or(leader.singleton(0)).preview().rows
        [0]

        Bounded where both are.
        """
        return self._grow(UnwrapOr(), other)

    @overload
    def unwrap_or_default(
        self: OptionalLogic[T_co, L_co, Bounded], make: Callable[[], U]
    ) -> Singleton[T_co | U, L_co, Bounded]: ...
    @overload
    def unwrap_or_default(self, make: Callable[[], U]) -> Singleton[T_co | U, L_co, Unbounded]: ...
    def unwrap_or_default(self, make: Callable[[], Any]) -> Any:
        """Give the value, or what a type or function without arguments makes where there is none.

        >>> numbers = FlowBuilder().process().source_iter([1, 2])
        >>> numbers.filter(lambda n: n > 9).reduce(max).unwrap_or_default(int).preview().rows
        [0]

        The default is made once, on the process. Bounded where this is.
        """
        return self.unwrap_or(default_of(self, make))

    @overload
    def into_singleton(self: OptionalLogic[T_co, L_co, Bounded]) -> Singleton[T_co | None, L_co, Bounded]: ...
    @overload
    def into_singleton(self) -> Singleton[T_co | None, L_co, Unbounded]: ...
    def into_singleton(self) -> Any:
        """Give the value, or `None` where there is none.

        >>> numbers = FlowBuilder().process().source_iter([1, 2])
        >>> numbers.filter(lambda n: n > 9).reduce(max).into_singleton().preview().rows
        [None]

        Bounded where this is. A `None` that is there and an absence become the same: ask `is_some` first.
        """
        return self._grow(OrNone())

    def if_some_then(
        self: OptionalLogic[T_co, L_co, Bounded], value: Singleton[U, L_co, Bounded] | Optional[U, L_co, Bounded]
    ) -> Optional[U, L_co, Bounded]:
        """Give another value where there is one here; newer name: `value.filter_if(self.is_some())`.

        >>> leader = FlowBuilder().process()
        >>> leader.source_iter([1]).reduce(max).if_some_then(leader.singleton("any")).preview().rows
        ['any']

        Bounded.
        """
        check_other("if_some_then", value, self, here())
        return handle(self.flow, grow(FilterIf(), value, self.is_some()))

    def then(
        self: OptionalLogic[T_co, L_co, Bounded], value: Singleton[U, L_co, Bounded] | Optional[U, L_co, Bounded]
    ) -> Optional[U, L_co, Bounded]:
        """Give another value where there is one here; newer name: `value.filter_if(self.is_some())`.

        >>> leader = FlowBuilder().process()
        >>> leader.source_iter([1]).reduce(max).then(leader.singleton("any")).preview().rows
        ['any']

        Bounded.
        """
        return self.if_some_then(value)

    @overload
    def union(
        self: OptionalLogic[T_co, L_co, Bounded], other: Optional[U, L_co, Bounded]
    ) -> Optional[T_co | U, L_co, Bounded]: ...
    @overload
    def union(self, other: Optional[U, L_co, B2]) -> Optional[T_co | U, L_co, Unbounded]: ...
    def union(self, other: Optional[Any, Any, Any]) -> Any:
        """Give the value, or the other's where there is none; newer name: `or_`.

        >>> numbers = FlowBuilder().process().source_iter([1, 2])
        >>> numbers.filter(lambda n: n > 9).reduce(max).union(numbers.reduce(min)).preview().rows
        [1]

        Bounded where both are.
        """
        return self.or_(other)


class SingletonLogic(Collection, Generic[T_co, L_co, B_co]):
    """A singleton as something to compare and to choose by."""

    __slots__ = ()

    @overload
    def zip(
        self: SingletonLogic[T_co, L_co, Bounded], other: Singleton[U, L_co, Bounded]
    ) -> Singleton[tuple[T_co, U], L_co, Bounded]: ...
    @overload
    def zip(self, other: Singleton[U, L_co, B2]) -> Singleton[tuple[T_co, U], L_co, Unbounded]: ...
    @overload
    def zip(
        self: SingletonLogic[T_co, L_co, Bounded], other: Optional[U, L_co, Bounded]
    ) -> Optional[tuple[T_co, U], L_co, Bounded]: ...
    @overload
    def zip(self, other: Optional[U, L_co, InitNone]) -> Optional[tuple[T_co, U], L_co, InitNone]: ...
    @overload
    def zip(
        self: SingletonLogic[T_co, L_co, Unbounded], other: Optional[U, L_co, Bounded]
    ) -> Optional[tuple[T_co, U], L_co, InitNone]: ...
    @overload
    def zip(self, other: Optional[U, L_co, B2]) -> Optional[tuple[T_co, U], L_co, Unbounded]: ...
    def zip(self, other: Any) -> Any:
        """Give the value paired with another live value, while that is there.

        >>> leader = FlowBuilder().process()
        >>> leader.singleton(7).zip(leader.singleton("a")).preview().rows
        [(7, 'a')]

        An optional where the other is one. Bounded where both are; that a value only grows is forgotten.
        """
        return self._grow(Zip(), other)

    def equals(
        self: SingletonLogic[T_co, L_co, Bounded], other: Singleton[Any, L_co, Bounded]
    ) -> Singleton[bool, L_co, Bounded]:
        """Say whether two complete values are equal.

        >>> leader = FlowBuilder().process()
        >>> leader.source_iter([1, 2]).count().equals(leader.singleton(2)).preview().rows
        [True]

        Bounded.
        """
        return self._grow(Logic("=="), other)

    def and_(
        self: SingletonLogic[bool, L_co, Bounded], other: Singleton[bool, L_co, Bounded]
    ) -> Singleton[bool, L_co, Bounded]:
        """Say whether two complete values are both true; `one & other` is the same.

        >>> leader = FlowBuilder().process()
        >>> leader.singleton(True).and_(leader.singleton(False)).preview().rows
        [False]

        Bounded.
        """
        return self._grow(Logic("and"), other)

    def or_(
        self: SingletonLogic[bool, L_co, Bounded], other: Singleton[bool, L_co, Bounded]
    ) -> Singleton[bool, L_co, Bounded]:
        """Say whether one of two complete values is true; `one | other` is the same.

        >>> leader = FlowBuilder().process()
        >>> leader.singleton(True).or_(leader.singleton(False)).preview().rows
        [True]

        Bounded.
        """
        return self._grow(Logic("or"), other)

    @overload
    def not_(self: SingletonLogic[bool, L_co, Bounded]) -> Singleton[bool, L_co, Bounded]: ...
    @overload
    def not_(self: SingletonLogic[bool, L_co, Unbounded]) -> Singleton[bool, L_co, Unbounded]: ...
    def not_(self: SingletonLogic[bool, Any, Any]) -> Any:
        """Say whether the value is false; `~value` is the same.

        >>> FlowBuilder().process().singleton(True).not_().preview().rows
        [False]

        Bounded where this is; that a value only grows is forgotten.
        """
        return self._grow(Map(self._func(_opposite, 1, "not_"), bool))

    def __and__(
        self: SingletonLogic[bool, L_co, Bounded], other: Singleton[bool, L_co, Bounded]
    ) -> Singleton[bool, L_co, Bounded]:
        return self.and_(other)

    def __or__(
        self: SingletonLogic[bool, L_co, Bounded], other: Singleton[bool, L_co, Bounded]
    ) -> Singleton[bool, L_co, Bounded]:
        return self.or_(other)

    @overload
    def __invert__(self: SingletonLogic[bool, L_co, Bounded]) -> Singleton[bool, L_co, Bounded]: ...
    @overload
    def __invert__(self: SingletonLogic[bool, L_co, Unbounded]) -> Singleton[bool, L_co, Unbounded]: ...
    def __invert__(self: SingletonLogic[bool, Any, Any]) -> Any:
        return self.not_()

    @overload
    def into_optional(self: SingletonLogic[Some[U] | U | None, L_co, Bounded]) -> Optional[U, L_co, Bounded]: ...
    @overload
    def into_optional(self: SingletonLogic[Some[U] | U | None, L_co, Unbounded]) -> Optional[U, L_co, Unbounded]: ...
    def into_optional(self: SingletonLogic[Any, Any, Any]) -> Any:
        """Give the value while it is not `None`; `Some(None)` passes a `None` on.

        >>> FlowBuilder().process().singleton(None).into_optional().is_none().preview().rows
        [True]

        Bounded where this is.
        """
        element = annotate.present_type(self.kind.element)
        return self._grow(FilterMap(self._func(_same, 1, "into_optional"), element))

    @overload
    def threshold_greater_or_equal(
        self: SingletonLogic[T_co, L_co, Bounded], threshold: Singleton[U, L_co, Bounded]
    ) -> Stream[U, L_co, Bounded, TotalOrder, ExactlyOnce]: ...
    @overload
    def threshold_greater_or_equal(
        self: SingletonLogic[T_co, L_co, Monotonic], threshold: Singleton[U, L_co, Bounded]
    ) -> Stream[U, L_co, Unbounded, TotalOrder, ExactlyOnce]: ...
    def threshold_greater_or_equal(self: SingletonLogic[Any, Any, Any], threshold: Singleton[Any, Any, Any]) -> Any:
        """Give the threshold once, when the value has reached it.

        >>> leader = FlowBuilder().process()
        >>> count = leader.source_iter(["a", "b", "c"]).count()
        >>> count.threshold_greater_or_equal(leader.singleton(2)).preview().rows
        [2]

        Needs a value that only grows, or a complete one, and a complete threshold. Totally ordered, exactly once;
        bounded where the value is.
        """
        return self._grow(Threshold(), threshold)


def _opposite(value: Any) -> bool:
    return not value


def _same(value: Any) -> Any:
    return value


def default_of(collection: Collection, make: Callable[[], Any]) -> Any:
    """Give a singleton, where a collection lives, of what a type or a function makes."""
    site = here()
    function = quote.function(make, 0, "unwrap_or_default", site)
    source = SingletonSource(collection.kind.place, make() if make in _PLAIN else function)
    return handle(collection.flow, collection.flow.graph.add(source, (), site))
