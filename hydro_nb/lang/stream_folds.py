"""The methods of a stream that gather its elements into one live value, or end it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from hydro_nb.ir.func import OnError
from hydro_nb.ir.ops.fold import Count, Fold, Proof, Reduce
from hydro_nb.ir.ops.sink import ForEach
from hydro_nb.lang import annotate, quote
from hydro_nb.lang.collection import Collection, grow
from hydro_nb.lang.guarantees import (
    AtLeastOnce,
    B_co,
    Bounded,
    ExactlyOnce,
    InitNone,
    L_co,
    Monotonic,
    NoOrder,
    O_co,
    R_co,
    T_co,
    TotalOrder,
    Unbounded,
)
from hydro_nb.lang.nondet import law
from hydro_nb.lang.quote import Stepping
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.singleton import Singleton

A = TypeVar("A")
T = TypeVar("T")


class StreamFolds(Collection, Generic[T_co, L_co, B_co, O_co, R_co]):
    """A stream as something to gather."""

    __slots__ = ()

    @overload
    def fold(
        self: StreamFolds[T_co, L_co, Unbounded, TotalOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, T_co],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        monotone: Proof,
        on_error: OnError = "raise",
    ) -> Singleton[A, L_co, Monotonic]: ...
    @overload
    def fold(
        self: StreamFolds[T_co, L_co, Unbounded, NoOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, T_co],
        *,
        commutative: Proof,
        idempotent: Proof | None = None,
        monotone: Proof,
        on_error: OnError = "raise",
    ) -> Singleton[A, L_co, Monotonic]: ...
    @overload
    def fold(
        self: StreamFolds[T_co, L_co, Unbounded, TotalOrder, AtLeastOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, T_co],
        *,
        commutative: Proof | None = None,
        idempotent: Proof,
        monotone: Proof,
        on_error: OnError = "raise",
    ) -> Singleton[A, L_co, Monotonic]: ...
    @overload
    def fold(
        self: StreamFolds[T_co, L_co, Unbounded, NoOrder, AtLeastOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, T_co],
        *,
        commutative: Proof,
        idempotent: Proof,
        monotone: Proof,
        on_error: OnError = "raise",
    ) -> Singleton[A, L_co, Monotonic]: ...
    @overload
    def fold(
        self: StreamFolds[T_co, L_co, B_co, TotalOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, T_co],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Singleton[A, L_co, B_co]: ...
    @overload
    def fold(
        self: StreamFolds[T_co, L_co, B_co, NoOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, T_co],
        *,
        commutative: Proof,
        idempotent: Proof | None = None,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Singleton[A, L_co, B_co]: ...
    @overload
    def fold(
        self: StreamFolds[T_co, L_co, B_co, TotalOrder, AtLeastOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, T_co],
        *,
        commutative: Proof | None = None,
        idempotent: Proof,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Singleton[A, L_co, B_co]: ...
    @overload
    def fold(
        self: StreamFolds[T_co, L_co, B_co, NoOrder, AtLeastOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, T_co],
        *,
        commutative: Proof,
        idempotent: Proof,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Singleton[A, L_co, B_co]: ...
    def fold(
        self,
        init: Any,
        f: Callable[[Any, Any], Any],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Any:
        """Gather all elements into one value: `init`, then the function's result for it and each element.

        >>> FlowBuilder().process().source_iter([1, 2, 3]).fold(0, lambda total, n: total + n).preview().rows
        [6]

        Without a total order `commutative` must be proved, with repeats `idempotent`. The value is bounded where the
        stream is; else it changes, and with `monotone` proved it only grows.
        With `on_error="skip"` an element that `f` fails on is counted, and the value stays as it was; what `f` had
        changed in the accumulator itself, as `inplace` functions do, stays changed.
        """
        laws = (commutative, idempotent, monotone)
        start = quote.start(init, "fold", here())
        function = self._func(f, 2, "fold", on_error)
        return self._grow(Fold(function, *laws_of("fold", *laws), init=start, result_type=annotate.result_of(f)))

    @overload
    def reduce(
        self: StreamFolds[T, L_co, Unbounded, TotalOrder, ExactlyOnce],
        f: Stepping[T, T],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Optional[T, L_co, InitNone]: ...
    @overload
    def reduce(
        self: StreamFolds[T, L_co, Unbounded, NoOrder, ExactlyOnce],
        f: Stepping[T, T],
        *,
        commutative: Proof,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Optional[T, L_co, InitNone]: ...
    @overload
    def reduce(
        self: StreamFolds[T, L_co, Unbounded, TotalOrder, AtLeastOnce],
        f: Stepping[T, T],
        *,
        commutative: Proof | None = None,
        idempotent: Proof,
        on_error: OnError = "raise",
    ) -> Optional[T, L_co, InitNone]: ...
    @overload
    def reduce(
        self: StreamFolds[T, L_co, Unbounded, NoOrder, AtLeastOnce],
        f: Stepping[T, T],
        *,
        commutative: Proof,
        idempotent: Proof,
        on_error: OnError = "raise",
    ) -> Optional[T, L_co, InitNone]: ...
    @overload
    def reduce(
        self: StreamFolds[T, L_co, B_co, TotalOrder, ExactlyOnce],
        f: Stepping[T, T],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Optional[T, L_co, B_co]: ...
    @overload
    def reduce(
        self: StreamFolds[T, L_co, B_co, NoOrder, ExactlyOnce],
        f: Stepping[T, T],
        *,
        commutative: Proof,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Optional[T, L_co, B_co]: ...
    @overload
    def reduce(
        self: StreamFolds[T, L_co, B_co, TotalOrder, AtLeastOnce],
        f: Stepping[T, T],
        *,
        commutative: Proof | None = None,
        idempotent: Proof,
        on_error: OnError = "raise",
    ) -> Optional[T, L_co, B_co]: ...
    @overload
    def reduce(
        self: StreamFolds[T, L_co, B_co, NoOrder, AtLeastOnce],
        f: Stepping[T, T],
        *,
        commutative: Proof,
        idempotent: Proof,
        on_error: OnError = "raise",
    ) -> Optional[T, L_co, B_co]: ...
    def reduce(
        self,
        f: Callable[[Any, Any], Any],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Any:
        """Gather all elements into one value of their own type; absent while there is none.

        >>> FlowBuilder().process().source_iter([3, 1, 2]).reduce(max).preview().rows
        [3]

        Without a total order `commutative` must be proved, with repeats `idempotent`. The value is bounded where the
        stream is; else it is absent at first and may change.
        With `on_error="skip"` an element that `f` fails on is counted, and the value stays as it was; what `f` had
        changed in the accumulator itself, as `inplace` functions do, stays changed.
        """
        return self._grow(Reduce(self._func(f, 2, "reduce", on_error), *laws_of("reduce", commutative, idempotent)))

    @overload
    def count(self: StreamFolds[T_co, L_co, Bounded, O_co, ExactlyOnce]) -> Singleton[int, L_co, Bounded]: ...
    @overload
    def count(self: StreamFolds[T_co, L_co, Unbounded, O_co, ExactlyOnce]) -> Singleton[int, L_co, Monotonic]: ...
    def count(self: StreamFolds[Any, Any, Any, Any, ExactlyOnce]) -> Any:
        """Count the elements.

        >>> FlowBuilder().process().source_iter("abc").count().preview().rows
        [3]

        Needs no order, but no repeats. Bounded where the stream is; else the number only grows.
        """
        return self._grow(Count())

    @overload
    def for_each(
        self: StreamFolds[T_co, L_co, B_co, TotalOrder, ExactlyOnce],
        f: Callable[[T_co], object],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> None: ...
    @overload
    def for_each(
        self: StreamFolds[T_co, L_co, B_co, NoOrder, ExactlyOnce],
        f: Callable[[T_co], object],
        *,
        commutative: Proof,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> None: ...
    @overload
    def for_each(
        self: StreamFolds[T_co, L_co, B_co, TotalOrder, AtLeastOnce],
        f: Callable[[T_co], object],
        *,
        commutative: Proof | None = None,
        idempotent: Proof,
        on_error: OnError = "raise",
    ) -> None: ...
    @overload
    def for_each(
        self, f: Callable[[T_co], object], *, commutative: Proof, idempotent: Proof, on_error: OnError = "raise"
    ) -> None: ...
    def for_each(
        self,
        f: Callable[[Any], object],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> None:
        """Call the function with each element; the stream ends here.

        >>> FlowBuilder().process().source_iter([1, 2]).for_each(print)

        Without a total order `commutative` must be proved, with repeats `idempotent`.
        With `on_error="skip"` an element that `f` fails on is counted, and the next one is taken.
        """
        grow(ForEach(self._func(f, 1, "for_each", on_error), *laws_of("for_each", commutative, idempotent)), self)


def laws_of(method: str, *given: Proof | None) -> tuple[Proof | None, ...]:
    """Check the proofs given for commutative, idempotent and monotone, in this order."""
    site = here()
    return tuple(
        law(each, keyword, method, site)
        for each, keyword in zip(given, ("commutative", "idempotent", "monotone"), strict=False)
    )
