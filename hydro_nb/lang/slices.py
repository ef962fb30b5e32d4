"""Slices: a block that sees batches and snapshots of several collections cut at one instant, and may keep state."""

# pyright: reportInvalidTypeVarUse=false
# (a guarantee that is left out takes its type variable's declared default, which this rule overlooks)
from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, overload

from typing_extensions import TypeVar

from hydro_nb.errors import GraphError, LocationError
from hydro_nb.ir.node import Bound, Kind, Op, Place, Ref, Shape
from hydro_nb.ir.ops.keyed_value import CollectKeyed
from hydro_nb.ir.ops.shape import Entries
from hydro_nb.ir.ops.tick import State
from hydro_nb.ir.ops.time import Batch, Snapshot
from hydro_nb.lang import annotate, quote
from hydro_nb.lang.collection import Collection, grow, handle
from hydro_nb.lang.cycle import TickCycleHandle
from hydro_nb.lang.guarantees import (
    B2,
    O2,
    R2,
    AtLeastOnce,
    Bounded,
    BoundedValue,
    ExactlyOnce,
    NoOrder,
    TotalOrder,
)
from hydro_nb.lang.location import TopLevel
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.place import declared
from hydro_nb.lang.site import here
from hydro_nb.lang.slice_out import SliceOut
from hydro_nb.lang.slice_state import (
    HANDLES,
    KeyedState,
    KeyedStreamState,
    OptionalState,
    SliceState,
    StreamState,
    ValueState,
)
from hydro_nb.lang.tick import Atomic, Tick

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_singleton import KeyedSingleton
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.protocols import N, Ts
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


_LIVE = (Shape.SINGLETON, Shape.OPTIONAL, Shape.KEYED_SINGLETON)
_BATCHED = (Shape.STREAM, Shape.KEYED_STREAM, Shape.KEYED_SINGLETON)


def sliced() -> Slice:
    """Begin a block in which batches and snapshots are cut at one instant.

    >>> leader = FlowBuilder().process()
    >>> requests, total = leader.source_iter(["a", "b"]), leader.source_iter([1, 2, 3]).count()
    >>> with sliced() as s:
    ...     asked = s.batch(requests, nondet("each is answered alone"))
    ...     now = s.snapshot(total, nondet("the newest is good enough"))
    ...     answers = s.emit(asked.cross_singleton(now))
    >>> answers.preview().rows
    [('a', 3), ('b', 3)]

    Everything inside lives in one hidden tick; what leaves by `emit` is outside again. Using the block's name after the
    block, and a block that takes nothing in, are `GraphError`s.
    """
    return Slice()


class Slice(SliceOut):
    """The block of `sliced`: what is taken in, kept and given out."""

    def __init__(self) -> None:
        super().__init__()
        self._section: str = ""
        self._states: list[SliceState] = []

    def __enter__(self) -> Self:
        self._open = True
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._open = False
        if kind is None and self._tick is None:
            raise GraphError(
                f"a slice takes in at least one collection, and this one takes none.\n  {here()}\n"
                '  Begin with s.batch(stream, nondet("...")), s.snapshot(value, nondet("...")) or s.atomic(...).'
            )
        for state in self._states:
            state.close(warn=kind is None)

    # ------------------------------------------------------------ in

    @overload
    def batch(self, of: Stream[T, P, B2, O2, R2], nondet: NonDet) -> Stream[T, Tick[P], Bounded, O2, R2]: ...
    @overload
    def batch(
        self, of: KeyedStream[K, V, P, B2, O2, R2], nondet: NonDet
    ) -> KeyedStream[K, V, Tick[P], Bounded, O2, R2]: ...
    @overload
    def batch(self, of: KeyedSingleton[K, V, P, F], nondet: NonDet) -> KeyedSingleton[K, V, Tick[P], Bounded]: ...
    @asks_for("nondet")
    def batch(self, of: Any, nondet: NonDet) -> Any:
        """Take in what has come since the last slice.

        >>> with sliced() as s:
        ...     part = s.batch(FlowBuilder().process().source_iter([1, 2]), nondet("put together again"))
        ...     whole = s.emit(part)
        >>> whole.preview().rows
        [1, 2]

        Bounded inside; order and repeats stay. Of a keyed singleton whose values never change: new entries.
        """
        self._checked(of, "batch", _BATCHED)
        return of.batch(self._tick_of(of), nondet)

    @overload
    def snapshot(self, of: Singleton[T, P, B2], nondet: NonDet) -> Singleton[T, Tick[P], Bounded]: ...
    @overload
    def snapshot(self, of: Optional[T, P, B2], nondet: NonDet) -> Optional[T, Tick[P], Bounded]: ...
    @overload
    def snapshot(self, of: KeyedSingleton[K, V, P, B2], nondet: NonDet) -> KeyedSingleton[K, V, Tick[P], Bounded]: ...
    @asks_for("nondet")
    def snapshot(self, of: Any, nondet: NonDet) -> Any:
        """Take in a live value as it is now; never older than in the slice before.

        >>> with sliced() as s:
        ...     now = s.snapshot(FlowBuilder().process().singleton(7), nondet("it never changes"))
        ...     newest = s.emit(now)
        >>> newest.kind.bound
        <Bound.INIT_NONE: 'InitNone'>

        Bounded inside.
        """
        self._checked(of, "snapshot", _LIVE)
        return of.snapshot(self._tick_of(of), nondet)

    @overload
    def atomic(self, of: Stream[T, Atomic[P], B2, O2, R2], nondet: NonDet) -> Stream[T, Tick[P], Bounded, O2, R2]: ...
    @overload
    def atomic(
        self, of: KeyedStream[K, V, Atomic[P], B2, O2, R2], nondet: NonDet
    ) -> KeyedStream[K, V, Tick[P], Bounded, O2, R2]: ...
    @overload
    def atomic(self, of: Singleton[T, Atomic[P], B2], nondet: NonDet) -> Singleton[T, Tick[P], Bounded]: ...
    @overload
    def atomic(self, of: Optional[T, Atomic[P], B2], nondet: NonDet) -> Optional[T, Tick[P], Bounded]: ...
    @overload
    def atomic(
        self, of: KeyedSingleton[K, V, Atomic[P], B2], nondet: NonDet
    ) -> KeyedSingleton[K, V, Tick[P], Bounded]: ...
    @asks_for("nondet")
    def atomic(self, of: Any, nondet: NonDet) -> Any:
        """Take in what an atomic section has: all that it has answered for is in it.

        >>> writes = FlowBuilder().process().source_iter(["x"]).atomic()
        >>> written = writes.end_atomic()
        >>> with sliced() as s:
        ...     count = s.atomic(writes.count(), nondet("whoever was answered is counted"))
        ...     newest = s.emit(count)

        Bounded inside; of a keyed singleton whose values never change: new entries. Two sections in one slice are a
        `LocationError`.
        """
        self._checked(of, "atomic", tuple(Shape))
        site, place = here(), of.kind.place
        if place.kind != "atomic" or self._section not in ("", place.slot):
            raise _wrong_section(of, self._section)
        self._section = place.slot
        tick, reason = self._tick_of(of).place, checked(nondet, "atomic", site)
        for op in _looks(of.kind, tick, reason):
            of = handle(of.flow, grow(op, of))
        return of

    # ------------------------------------------------------------ state

    @overload
    def state(self, first: N) -> ValueState[N]: ...
    @overload
    def state(self, first: tuple[*Ts] | Callable[[], tuple[*Ts]]) -> ValueState[tuple[*Ts]]: ...
    @overload
    def state(self, first: Callable[[], T] | T) -> ValueState[T]: ...
    def state(self, first: Any) -> Any:
        """Keep a value from slice to slice; `first` is what it is in the first: a value, or a function that makes one.

        >>> letters = FlowBuilder().process().source_iter(["a", "b"])
        >>> with sliced() as s:
        ...     batch = s.batch(letters, nondet("the sum is the same"))
        ...     total = s.state(0)
        ...     now = total.zip(batch.count()).map(lambda both: both[0] + both[1])
        ...     total.set(now)
        ...     newest = s.emit(now)

        `set` says what it is in the next slice, once at most: to give another collection its name changes nothing. In
        this slice it is what it was when the slice began, but for functions that change it by `by_mut`: emit what you
        set. Never set, it stays as it is.
        """
        tick, site = self._required("state"), here()
        start = quote.start(first, "state", site)
        element = annotate.result_of(first) if callable(first) else annotate.data_type([first])
        kind = Kind(Shape.SINGLETON, tick.place, Bound.BOUNDED, element=element)
        return self._kept(tick, State(kind, title=site.name, first=start), ValueState)

    @overload
    def state_null(
        self,
        shape: type[Stream[Any, Any, Any, Any, Any]],
        *,
        of: type[D] = ...,
        order: type[O2] = ...,
        retries: type[R2] = ...,
    ) -> StreamState[D, O2, R2]: ...
    @overload
    def state_null(
        self,
        shape: type[KeyedStream[Any, Any, Any, Any, Any, Any]],
        *,
        of: type[D] = ...,
        key: type[E] = ...,
        order: type[O2] = ...,
        retries: type[R2] = ...,
    ) -> KeyedStreamState[E, D, O2, R2]: ...
    @overload
    def state_null(self, shape: type[Optional[Any, Any, Any]], *, of: type[D] = ...) -> OptionalState[D]: ...
    @overload
    def state_null(
        self, shape: type[KeyedSingleton[Any, Any, Any, Any]], *, of: type[D] = ..., key: type[E] = ...
    ) -> KeyedState[E, D]: ...
    def state_null(
        self,
        shape: Any,
        *,
        of: Any = Any,
        key: Any = Any,
        order: type[NoOrder] = TotalOrder,
        retries: type[AtLeastOnce] = ExactlyOnce,
    ) -> Any:
        """Keep a collection from slice to slice that is empty in the first.

        >>> letters = FlowBuilder().process().source_iter(["a", "b"])
        >>> with sliced() as s:
        ...     batch = s.batch(letters, nondet("all are kept"))
        ...     seen = s.state_null(Stream, of=str)
        ...     seen.set(seen.chain(batch))

        `set` says what it is in the next slice, once at most; in this one it is what it was when the slice began. Never
        set, it stays as it is.
        """
        tick, site = self._required("state_null"), here()
        kind = declared(tick.place, shape, "state_null", (Bounded, order, retries), of, key)
        if kind.shape is Shape.SINGLETON:
            raise GraphError(f"a Singleton is never empty.\n  {site}\n  Say what it is at first: s.state(first)")
        return self._kept(tick, State(kind, title=site.name), HANDLES[kind.shape])

    # ------------------------------------------------------------ within

    def _kept(self, tick: Tick[Any], op: State, handle_of: type[Any]) -> Any:
        node = tick.flow.graph.add(op, (), here())
        state = handle_of(tick.flow, Ref(node.slot), node.outputs[0])
        state.begin(self._require_open, TickCycleHandle[Any](tick.flow, node.slot))
        self._states.append(state)
        return state

    def _tick_of(self, collection: Collection) -> Tick[Any]:
        if self._tick is None:
            graph, root = collection.flow.graph, collection.kind.place.root
            self._tick = Tick(collection.flow, graph.place("tick", here(), parent=root, what="slice"))
        return self._tick

    def _checked(self, of: Any, method: str, shapes: tuple[Shape, ...]) -> None:
        self._require_open(method)
        if not isinstance(of, Collection):
            raise GraphError(f"`{method}` takes a collection into the slice, but was given {of!r}.\n  {here()}")
        if of.kind.shape not in shapes:
            instead = "batch" if of.kind.shape.is_stream else "snapshot"
            raise GraphError(
                f"`{method}` does not take a {of.kind.shape} into the slice.\n  {here()}\n"
                f'  Use s.{instead}(collection, nondet("...")).'
            )

    def _required(self, method: str) -> Tick[Any]:
        self._require_open(method)
        if self._tick is None:
            raise GraphError(
                f"`{method}` was called before the slice took anything in, so that its place is not known.\n"
                f"  {here()}\n  Call s.batch, s.snapshot or s.atomic first."
            )
        return self._tick


def _looks(kind: Kind, tick: Place, reason: str) -> tuple[Op, ...]:
    """Give the operators by which a slice looks into an atomic section."""
    if kind.shape is Shape.KEYED_SINGLETON and kind.bound is Bound.BOUNDED_VALUE:
        return Entries("into_keyed_stream", "atomic"), Batch(tick, reason, joins=True), CollectKeyed()
    return ((Batch if kind.shape.is_stream else Snapshot)(tick, reason, joins=True),)


def _wrong_section(of: Collection, known: str) -> LocationError:
    if known:
        return LocationError(
            f"this slice looks into two atomic sections, which do not run together.\n  {here()}\n"
            "  Take what belongs together from one section: .atomic() once, then use what it makes."
        )
    return LocationError(
        f"`atomic` takes in what an atomic section has, but was given a {of.kind.shape} on {of.kind.place.title}.\n"
        f"  {here()}\n  Make it from what .atomic() gave, or take it in by s.batch or s.snapshot."
    )
