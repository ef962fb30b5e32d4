"""The methods of a keyed stream that gather the values of each key into one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from hydro_nb.ir.func import OnError
from hydro_nb.ir.ops.fold import FoldKeyed, Proof, ReduceKeyed, ValueCounts
from hydro_nb.lang import annotate, quote
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import (
    AtLeastOnce,
    B_co,
    Bounded,
    ExactlyOnce,
    K_co,
    L_co,
    MonotonicKeys,
    MonotonicValue,
    NoOrder,
    O_co,
    R_co,
    TotalOrder,
    Unbounded,
    V_co,
)
from hydro_nb.lang.quote import Stepping
from hydro_nb.lang.site import here
from hydro_nb.lang.stream_folds import laws_of

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_singleton import KeyedSingleton

A = TypeVar("A")
V = TypeVar("V")


class KeyedFolds(Collection, Generic[K_co, V_co, L_co, B_co, O_co, R_co]):
    """A keyed stream as something to gather."""

    __slots__ = ()

    @overload
    def fold(
        self: KeyedFolds[K_co, V_co, L_co, Unbounded, TotalOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V_co],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        monotone: Proof,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, MonotonicValue]: ...
    @overload
    def fold(
        self: KeyedFolds[K_co, V_co, L_co, Unbounded, NoOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V_co],
        *,
        commutative: Proof,
        idempotent: Proof | None = None,
        monotone: Proof,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, MonotonicValue]: ...
    @overload
    def fold(
        self: KeyedFolds[K_co, V_co, L_co, Unbounded, TotalOrder, AtLeastOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V_co],
        *,
        commutative: Proof | None = None,
        idempotent: Proof,
        monotone: Proof,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, MonotonicValue]: ...
    @overload
    def fold(
        self: KeyedFolds[K_co, V_co, L_co, Unbounded, NoOrder, AtLeastOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V_co],
        *,
        commutative: Proof,
        idempotent: Proof,
        monotone: Proof,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, MonotonicValue]: ...
    @overload
    def fold(
        self: KeyedFolds[K_co, V_co, L_co, Unbounded, TotalOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V_co],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        monotone: None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, MonotonicKeys]: ...
    @overload
    def fold(
        self: KeyedFolds[K_co, V_co, L_co, Unbounded, NoOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V_co],
        *,
        commutative: Proof,
        idempotent: Proof | None = None,
        monotone: None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, MonotonicKeys]: ...
    @overload
    def fold(
        self: KeyedFolds[K_co, V_co, L_co, Unbounded, TotalOrder, AtLeastOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V_co],
        *,
        commutative: Proof | None = None,
        idempotent: Proof,
        monotone: None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, MonotonicKeys]: ...
    @overload
    def fold(
        self: KeyedFolds[K_co, V_co, L_co, Unbounded, NoOrder, AtLeastOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V_co],
        *,
        commutative: Proof,
        idempotent: Proof,
        monotone: None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, MonotonicKeys]: ...
    @overload
    def fold(
        self: KeyedFolds[K_co, V_co, L_co, B_co, TotalOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V_co],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, B_co]: ...
    @overload
    def fold(
        self: KeyedFolds[K_co, V_co, L_co, B_co, NoOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V_co],
        *,
        commutative: Proof,
        idempotent: Proof | None = None,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, B_co]: ...
    @overload
    def fold(
        self: KeyedFolds[K_co, V_co, L_co, B_co, TotalOrder, AtLeastOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V_co],
        *,
        commutative: Proof | None = None,
        idempotent: Proof,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, B_co]: ...
    @overload
    def fold(
        self: KeyedFolds[K_co, V_co, L_co, B_co, NoOrder, AtLeastOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V_co],
        *,
        commutative: Proof,
        idempotent: Proof,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, B_co]: ...
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
        """Gather the values of each key: `init`, then the function's result for it and each value.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed()
        >>> pairs.fold(0, lambda total, n: total + n).entries().preview().rows
        [('a', 4), ('b', 2)]

        Without a total order `commutative` must be proved, with repeats `idempotent`. Bounded where the stream is;
        else keys are only ever added, and with `monotone` proved values only grow.
        With `on_error="skip"` an element that `f` fails on is counted, and its key stays as it was; what `f` had
        changed in the accumulator itself, as `inplace` functions do, stays changed.
        """
        laws = laws_of("fold", commutative, idempotent, monotone)
        start = quote.start(init, "fold", here())
        return self._grow(
            FoldKeyed(self._func(f, 2, "fold", on_error), *laws, init=start, result_type=annotate.result_of(f))
        )

    @overload
    def reduce(
        self: KeyedFolds[K_co, V, L_co, Unbounded, TotalOrder, ExactlyOnce],
        f: Stepping[V, V],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        monotone: Proof,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, L_co, MonotonicValue]: ...
    @overload
    def reduce(
        self: KeyedFolds[K_co, V, L_co, Unbounded, NoOrder, ExactlyOnce],
        f: Stepping[V, V],
        *,
        commutative: Proof,
        idempotent: Proof | None = None,
        monotone: Proof,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, L_co, MonotonicValue]: ...
    @overload
    def reduce(
        self: KeyedFolds[K_co, V, L_co, Unbounded, TotalOrder, AtLeastOnce],
        f: Stepping[V, V],
        *,
        commutative: Proof | None = None,
        idempotent: Proof,
        monotone: Proof,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, L_co, MonotonicValue]: ...
    @overload
    def reduce(
        self: KeyedFolds[K_co, V, L_co, Unbounded, NoOrder, AtLeastOnce],
        f: Stepping[V, V],
        *,
        commutative: Proof,
        idempotent: Proof,
        monotone: Proof,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, L_co, MonotonicValue]: ...
    @overload
    def reduce(
        self: KeyedFolds[K_co, V, L_co, Unbounded, TotalOrder, ExactlyOnce],
        f: Stepping[V, V],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        monotone: None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, L_co, MonotonicKeys]: ...
    @overload
    def reduce(
        self: KeyedFolds[K_co, V, L_co, Unbounded, NoOrder, ExactlyOnce],
        f: Stepping[V, V],
        *,
        commutative: Proof,
        idempotent: Proof | None = None,
        monotone: None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, L_co, MonotonicKeys]: ...
    @overload
    def reduce(
        self: KeyedFolds[K_co, V, L_co, Unbounded, TotalOrder, AtLeastOnce],
        f: Stepping[V, V],
        *,
        commutative: Proof | None = None,
        idempotent: Proof,
        monotone: None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, L_co, MonotonicKeys]: ...
    @overload
    def reduce(
        self: KeyedFolds[K_co, V, L_co, Unbounded, NoOrder, AtLeastOnce],
        f: Stepping[V, V],
        *,
        commutative: Proof,
        idempotent: Proof,
        monotone: None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, L_co, MonotonicKeys]: ...
    @overload
    def reduce(
        self: KeyedFolds[K_co, V, L_co, B_co, TotalOrder, ExactlyOnce],
        f: Stepping[V, V],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, L_co, B_co]: ...
    @overload
    def reduce(
        self: KeyedFolds[K_co, V, L_co, B_co, NoOrder, ExactlyOnce],
        f: Stepping[V, V],
        *,
        commutative: Proof,
        idempotent: Proof | None = None,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, L_co, B_co]: ...
    @overload
    def reduce(
        self: KeyedFolds[K_co, V, L_co, B_co, TotalOrder, AtLeastOnce],
        f: Stepping[V, V],
        *,
        commutative: Proof | None = None,
        idempotent: Proof,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, L_co, B_co]: ...
    @overload
    def reduce(
        self: KeyedFolds[K_co, V, L_co, B_co, NoOrder, AtLeastOnce],
        f: Stepping[V, V],
        *,
        commutative: Proof,
        idempotent: Proof,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, L_co, B_co]: ...
    def reduce(
        self,
        f: Callable[[Any, Any], Any],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        monotone: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Any:
        """Gather the values of each key into one of their own type.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed()
        >>> pairs.reduce(max).entries().preview().rows
        [('a', 3), ('b', 2)]

        Without a total order `commutative` must be proved, with repeats `idempotent`. Bounded where the stream is;
        else keys are only ever added, and with `monotone` proved values only grow.
        With `on_error="skip"` an element that `f` fails on is counted, and its key stays as it was; what `f` had
        changed in the accumulator itself, as `inplace` functions do, stays changed.
        """
        laws = laws_of("reduce", commutative, idempotent, monotone)
        return self._grow(ReduceKeyed(self._func(f, 2, "reduce", on_error), *laws))

    @overload
    def value_counts(
        self: KeyedFolds[K_co, V_co, L_co, Bounded, O_co, ExactlyOnce],
    ) -> KeyedSingleton[K_co, int, L_co, Bounded]: ...
    @overload
    def value_counts(
        self: KeyedFolds[K_co, V_co, L_co, Unbounded, O_co, ExactlyOnce],
    ) -> KeyedSingleton[K_co, int, L_co, MonotonicValue]: ...
    def value_counts(self: KeyedFolds[Any, Any, Any, Any, Any, ExactlyOnce]) -> Any:
        """Count the values of each key.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed()
        >>> pairs.value_counts().entries().preview().rows
        [('a', 2), ('b', 1)]

        Needs no order, but no repeats. Bounded where the stream is; else the numbers only grow.
        """
        return self._grow(ValueCounts())
