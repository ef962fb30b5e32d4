"""The methods of a stream that remember what has come: first and last, running state, limits, sorting."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from hydro_nb.errors import GraphError
from hydro_nb.ir.func import OnError
from hydro_nb.ir.ops.extreme import CollectVec, First, IsEmpty, Last, Max, Min
from hydro_nb.ir.ops.scan import Generator, Scan
from hydro_nb.ir.ops.sort import Limit, Sort
from hydro_nb.lang import quote
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import (
    B_co,
    Bounded,
    ExactlyOnce,
    InitNone,
    L_co,
    O_co,
    R_co,
    T_co,
    TotalOrder,
    Unbounded,
)
from hydro_nb.lang.site import here
from hydro_nb.lang.stepwise import Beside, Steps, output_of, step_of

if TYPE_CHECKING:
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream
    from hydro_nb.values import Some

A = TypeVar("A")
T = TypeVar("T")
U = TypeVar("U")


class StreamState(Collection, Generic[T_co, L_co, B_co, O_co, R_co]):
    """A stream as something to go through in turn."""

    __slots__ = ()

    # ------------------------------------------------------------ running state

    def scan(
        self: StreamState[T_co, L_co, B_co, TotalOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Beside[A, T_co, Some[U] | U | None],
        *,
        on_error: OnError = "raise",
    ) -> Stream[U, L_co, B_co, TotalOrder, ExactlyOnce]:
        """Give what the function makes of each element beside the accumulator that it carries to the next.

        >>> numbers = FlowBuilder().process().source_iter([1, 2, 3])
        >>> numbers.scan(0, lambda total, n: (total + n, f"so far {total + n}")).preview().rows
        ['so far 1', 'so far 3', 'so far 6']

        The function gives `(accumulator, result)`; where the result is `None` the stream ends; `Some(None)` passes a
        `None` on. `inplace(f)` changes the accumulator and gives only the result. The accumulator is never `None`, also
        not at first: let `()` stand for nothing. Needs a total order and no repeats, and keeps both.
        With `on_error="skip"` an element that `f` fails on is counted and gives nothing; the accumulator stays as it
        was, but for what `f` had changed in it: that stays changed.
        """
        start = quote.start(init, "scan", here())
        return self._grow(Scan(self._func(f, 2, "scan", on_error), init=start, result_type=output_of(f)))

    def generator(
        self: StreamState[T_co, L_co, B_co, TotalOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Beside[A, T_co, Steps[U]],
        *,
        on_error: OnError = "raise",
    ) -> Stream[U, L_co, B_co, TotalOrder, ExactlyOnce]:
        """Give what the function yields for each element beside the accumulator that it carries to the next.

        >>> from hydro_nb.values import Continue, Yield
        >>> letters = FlowBuilder().process().source_iter("abcd")
        >>> pairs = letters.generator("", lambda had, c: ("", Yield(had + c)) if had else (c, Continue))
        >>> pairs.preview().rows
        ['ab', 'cd']

        The function gives `(accumulator, step)`: `Yield(value)`, `Return(value)` as the last one, `Continue` for
        nothing, `Break` to end here. `inplace(f)` changes the accumulator and gives only the step. The accumulator is
        never `None`, also not at first: let `()` stand for nothing. Needs a total order and no repeats, and keeps both.
        With `on_error="skip"` an element that `f` fails on is counted and gives nothing; the accumulator stays as it
        was, but for what `f` had changed in it: that stays changed.
        """
        start = quote.start(init, "generator", here())
        return self._grow(Generator(self._func(f, 2, "generator", on_error), init=start, result_type=step_of(f)))

    def limit(
        self: StreamState[T_co, L_co, B_co, TotalOrder, ExactlyOnce], n: int
    ) -> Stream[T_co, L_co, B_co, TotalOrder, ExactlyOnce]:
        """Keep the first so many elements.

        >>> FlowBuilder().process().source_iter([5, 6, 7]).limit(2).preview().rows
        [5, 6]

        Needs a total order and no repeats, and keeps both; boundedness stays.
        """
        if isinstance(n, bool) or not isinstance(n, int) or n < 0:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise GraphError(f"`limit` keeps a number of elements from 0 on, not {n!r}.\n  {here()}")
        return self._grow(Limit(n))

    def sort(self: StreamState[T_co, L_co, Bounded, O_co, R_co]) -> Stream[T_co, L_co, Bounded, TotalOrder, R_co]:
        """Give the elements from the smallest to the largest.

        >>> FlowBuilder().process().source_iter([3, 1, 2]).sort().preview().rows
        [1, 2, 3]

        Needs all elements to be here: a bounded stream, or a batch in a tick. Totally ordered; repeats stay. To sort by
        something else, put that first: `.map(lambda x: (-x.points, x))`.
        """
        return self._grow(Sort())

    # ------------------------------------------------------------ one of the elements, or all

    @overload
    def first(self: StreamState[T, L_co, Bounded, TotalOrder, R_co]) -> Optional[T, L_co, Bounded]: ...
    @overload
    def first(self: StreamState[T, L_co, Unbounded, TotalOrder, R_co]) -> Optional[T, L_co, InitNone]: ...
    def first(self) -> Any:
        """Give the first element; absent while there is none.

        >>> FlowBuilder().process().source_iter("abc").first().preview().rows
        ['a']

        Needs a total order; repeats do no harm. Bounded where the stream is; else it is absent at first, and once there
        it stays as it is.
        """
        return self._grow(First())

    @overload
    def last(self: StreamState[T, L_co, Bounded, TotalOrder, R_co]) -> Optional[T, L_co, Bounded]: ...
    @overload
    def last(self: StreamState[T, L_co, Unbounded, TotalOrder, R_co]) -> Optional[T, L_co, InitNone]: ...
    def last(self) -> Any:
        """Give the last element so far; absent while there is none.

        >>> FlowBuilder().process().source_iter("abc").last().preview().rows
        ['c']

        Needs a total order; repeats do no harm. Bounded where the stream is; else it is absent at first and may change.
        """
        return self._grow(Last())

    @overload
    def min(self: StreamState[T, L_co, Bounded, O_co, R_co]) -> Optional[T, L_co, Bounded]: ...
    @overload
    def min(self: StreamState[T, L_co, Unbounded, O_co, R_co]) -> Optional[T, L_co, InitNone]: ...
    def min(self) -> Any:
        """Give the smallest element so far; absent while there is none.

        >>> FlowBuilder().process().source_iter([3, 1, 2]).min().preview().rows
        [1]

        Needs no order, and repeats do no harm. Bounded where the stream is; else it is absent at first and may change.
        """
        return self._grow(Min())

    @overload
    def max(self: StreamState[T, L_co, Bounded, O_co, R_co]) -> Optional[T, L_co, Bounded]: ...
    @overload
    def max(self: StreamState[T, L_co, Unbounded, O_co, R_co]) -> Optional[T, L_co, InitNone]: ...
    def max(self) -> Any:
        """Give the largest element so far; absent while there is none.

        >>> FlowBuilder().process().source_iter([3, 1, 2]).max().preview().rows
        [3]

        Needs no order, and repeats do no harm. Bounded where the stream is; else it is absent at first and may change.
        """
        return self._grow(Max())

    def collect_vec(
        self: StreamState[T, L_co, B_co, TotalOrder, ExactlyOnce],
    ) -> Singleton[list[T], L_co, B_co]:
        """Give all elements so far as one list.

        >>> FlowBuilder().process().source_iter("ab").collect_vec().preview().rows
        [['a', 'b']]

        Needs a total order and no repeats. Bounded where the stream is; else the list grows.
        """
        return self._grow(CollectVec())

    def is_empty(self: StreamState[T_co, L_co, Bounded, O_co, R_co]) -> Singleton[bool, L_co, Bounded]:
        """Say whether there is no element at all.

        >>> FlowBuilder().process().source_iter([1, 2]).filter(lambda n: n > 9).is_empty().preview().rows
        [True]

        Needs all elements to be here: a bounded stream, or a batch in a tick.
        """
        return self._grow(IsEmpty())
