"""The methods of a keyed stream that remember what has come under each key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from hydro_nb.errors import GraphError, LocationError
from hydro_nb.ir.func import OnError
from hydro_nb.ir.node import Shape
from hydro_nb.ir.ops.extreme import FirstKeyed
from hydro_nb.ir.ops.fold import Proof
from hydro_nb.ir.ops.scan import FoldEarlyStop, Generator, Scan
from hydro_nb.ir.ops.sort import Sort
from hydro_nb.ir.ops.watermark import ReduceWatermark
from hydro_nb.lang import quote
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import (
    AtLeastOnce,
    B_co,
    Bounded,
    BoundedValue,
    ExactlyOnce,
    K_co,
    L_co,
    NoOrder,
    O_co,
    R_co,
    TotalOrder,
    Unbounded,
    V_co,
)
from hydro_nb.lang.location import Tick, TopLevel
from hydro_nb.lang.quote import Stepping
from hydro_nb.lang.site import here
from hydro_nb.lang.stepwise import Beside, Steps, accumulator_of, output_of, step_of
from hydro_nb.lang.stream_folds import laws_of

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_singleton import KeyedSingleton
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.values import Some

A = TypeVar("A")
K = TypeVar("K")
V = TypeVar("V")
U = TypeVar("U")
P = TypeVar("P", bound=TopLevel)


class KeyedState(Collection, Generic[K_co, V_co, L_co, B_co, O_co, R_co]):
    """A keyed stream as something to go through in turn."""

    __slots__ = ()

    # ------------------------------------------------------------ running state

    def scan(
        self: KeyedState[K_co, V_co, L_co, B_co, TotalOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Beside[A, V_co, Some[U] | U | None],
        *,
        on_error: OnError = "raise",
    ) -> KeyedStream[K_co, U, L_co, B_co, TotalOrder, ExactlyOnce]:
        """Give what the function makes of each value beside the accumulator that it carries to the key's next.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed()
        >>> pairs.scan(0, lambda total, n: (total + n, total + n)).entries().preview().rows
        [('a', 1), ('b', 2), ('a', 4)]

        The function gives `(accumulator, result)`; where the result is `None` this key ends; `Some(None)` passes a
        `None` on. `inplace(f)` changes the accumulator and gives only the result. The accumulator is never `None`, also
        not at first: let `()` stand for nothing. Needs a total order and no repeats, and keeps both.
        With `on_error="skip"` an element that `f` fails on is counted and gives nothing; the accumulator stays as it
        was, but for what `f` had changed in it: that stays changed.
        """
        start = quote.start(init, "scan", here())
        return self._grow(Scan(self._func(f, 2, "scan", on_error), init=start, result_type=output_of(f)))

    def generator(
        self: KeyedState[K_co, V_co, L_co, B_co, TotalOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Beside[A, V_co, Steps[U]],
        *,
        on_error: OnError = "raise",
    ) -> KeyedStream[K_co, U, L_co, B_co, TotalOrder, ExactlyOnce]:
        """Give what the function yields for each value beside the accumulator that it carries to the key's next.

        >>> from hydro_nb.values import Return, Yield
        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3), ("a", 4)]).into_keyed()
        >>> upto = pairs.generator(0, lambda total, n: (total + n, Yield(n) if total + n < 4 else Return(n)))
        >>> upto.entries().preview().rows
        [('a', 1), ('b', 2), ('a', 3)]

        The function gives `(accumulator, step)`: `Yield(value)`, `Return(value)` as the key's last one, `Continue` for
        nothing, `Break` to end this key. `inplace(f)` changes the accumulator and gives only the step. The
        accumulator is never `None`, also not at first: let `()` stand for nothing. Needs a total order and no repeats,
        and keeps both.
        With `on_error="skip"` an element that `f` fails on is counted and gives nothing; the accumulator stays as it
        was, but for what `f` had changed in it: that stays changed.
        """
        start = quote.start(init, "generator", here())
        return self._grow(Generator(self._func(f, 2, "generator", on_error), init=start, result_type=step_of(f)))

    def sort(
        self: KeyedState[K_co, V_co, L_co, Bounded, O_co, R_co],
    ) -> KeyedStream[K_co, V_co, L_co, Bounded, TotalOrder, R_co]:
        """Give the values of each key from the smallest to the largest.

        >>> pairs = FlowBuilder().process().source_iter([("a", 3), ("b", 2), ("a", 1)]).into_keyed()
        >>> pairs.sort().fold("", lambda text, n: text + str(n)).entries().preview().rows
        [('a', '13'), ('b', '2')]

        Needs all values to be here: a bounded stream, or a batch in a tick. Totally ordered; repeats stay.
        """
        return self._grow(Sort())

    # ------------------------------------------------------------ one value per key

    @overload
    def fold_early_stop(
        self: KeyedState[K_co, V_co, L_co, Bounded, TotalOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Beside[A, V_co, bool],
        *,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, Bounded]: ...
    @overload
    def fold_early_stop(
        self: KeyedState[K_co, V_co, L_co, Unbounded, TotalOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Beside[A, V_co, bool],
        *,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, A, L_co, BoundedValue]: ...
    def fold_early_stop(self, init: Any, f: Any, *, on_error: OnError = "raise") -> Any:
        """Gather the values of each key until the function says that it is enough; then the result is there for good.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3), ("a", 4)]).into_keyed()
        >>> upto = pairs.fold_early_stop(0, lambda total, n: (total + n, total + n >= 4))
        >>> upto.entries().preview().rows
        [('a', 4)]

        The function gives `(accumulator, stop)`; `inplace(f)` changes the accumulator and gives only `stop`. Keys that
        never stop have no value. Needs a total order and no repeats. Bounded where the stream is; else keys are added,
        and no value changes.
        With `on_error="skip"` an element that `f` fails on is counted, and its key stays as it was; what `f` had
        changed in the accumulator itself, as `inplace` functions do, stays changed.
        """
        start = quote.start(init, "fold_early_stop", here())
        function = self._func(f, 2, "fold_early_stop", on_error)
        return self._grow(FoldEarlyStop(function, init=start, result_type=accumulator_of(f)))

    @overload
    def first(
        self: KeyedState[K_co, V_co, L_co, Bounded, TotalOrder, ExactlyOnce],
    ) -> KeyedSingleton[K_co, V_co, L_co, Bounded]: ...
    @overload
    def first(
        self: KeyedState[K_co, V_co, L_co, Unbounded, TotalOrder, ExactlyOnce],
    ) -> KeyedSingleton[K_co, V_co, L_co, BoundedValue]: ...
    def first(self) -> Any:
        """Give the first value of each key.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed()
        >>> pairs.first().entries().preview().rows
        [('a', 1), ('b', 2)]

        Needs a total order and no repeats. Bounded where the stream is; else keys are added, and no value changes.
        """
        return self._grow(FirstKeyed())

    @overload
    def reduce_watermark(
        self: KeyedState[K_co, V, P, B_co, TotalOrder, ExactlyOnce],
        watermark: Optional[Any, Tick[P], Bounded] | Singleton[Any, Tick[P], Bounded],
        f: Stepping[V, V],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, P, Unbounded]: ...
    @overload
    def reduce_watermark(
        self: KeyedState[K_co, V, P, B_co, NoOrder, ExactlyOnce],
        watermark: Optional[Any, Tick[P], Bounded] | Singleton[Any, Tick[P], Bounded],
        f: Stepping[V, V],
        *,
        commutative: Proof,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, P, Unbounded]: ...
    @overload
    def reduce_watermark(
        self: KeyedState[K_co, V, P, B_co, TotalOrder, AtLeastOnce],
        watermark: Optional[Any, Tick[P], Bounded] | Singleton[Any, Tick[P], Bounded],
        f: Stepping[V, V],
        *,
        commutative: Proof | None = None,
        idempotent: Proof,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, P, Unbounded]: ...
    @overload
    def reduce_watermark(
        self: KeyedState[K_co, V, P, B_co, NoOrder, AtLeastOnce],
        watermark: Optional[Any, Tick[P], Bounded] | Singleton[Any, Tick[P], Bounded],
        f: Stepping[V, V],
        *,
        commutative: Proof,
        idempotent: Proof,
        on_error: OnError = "raise",
    ) -> KeyedSingleton[K_co, V, P, Unbounded]: ...
    def reduce_watermark(
        self,
        watermark: Any,
        f: Callable[[Any, Any], Any],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> Any:
        """Gather the values of each key into one of their own type, and forget the keys below the watermark.

        >>> leader = FlowBuilder().process()
        >>> pairs = leader.source_iter([(1, "x"), (5, "y"), (5, "z")]).into_keyed()
        >>> mark = leader.source_iter([3]).batch(leader.tick(), nondet("it only rises")).max()
        >>> pairs.reduce_watermark(mark, lambda text, more: text + more).into_singleton().preview().rows
        [{5: 'yz'}]

        Keys must be comparable with the watermark, a value inside a tick of the same process; the highest so far
        counts, and what comes later under a key below it is dropped. Without a total order `commutative` must be
        proved, with repeats `idempotent`. Keys come and go, and values may change.
        With `on_error="skip"` an element that `f` fails on is counted, and its key stays as it was; what `f` had
        changed in the accumulator itself, as `inplace` functions do, stays changed.
        """
        function = self._func(f, 2, "reduce_watermark", on_error)
        laws = laws_of("reduce_watermark", commutative, idempotent)
        return self._grow(
            ReduceWatermark(function, *laws), _outside(watermark, atomic=self.kind.place.kind == "atomic")
        )


def _outside(watermark: Any, *, atomic: bool) -> Collection:
    """Give the watermark as the tick last made it."""
    needs = "`reduce_watermark` needs an Optional or a Singleton inside a tick"
    if not isinstance(watermark, Collection) or watermark.kind.shape not in (Shape.OPTIONAL, Shape.SINGLETON):
        raise GraphError(f"{needs}, but was given {watermark!r}.\n  {here()}")
    place = watermark.kind.place
    if place.kind != "tick":
        raise LocationError(
            f"{needs}, but was given one on {place.title}.\n  {here()}\n"
            '  Enter a tick first: .snapshot(tick, nondet("..."))'
        )
    made: Any = watermark
    return made.latest_atomic() if atomic else made.latest()
