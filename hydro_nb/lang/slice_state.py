"""What a slice keeps from one run to the next: collections that can be told what they are next time."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from hydro_nb.errors import GraphError, Site
from hydro_nb.ir.node import Shape
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import O2, R2, Bounded
from hydro_nb.lang.keyed_singleton import KeyedSingleton
from hydro_nb.lang.keyed_stream import KeyedStream
from hydro_nb.lang.optional import Optional
from hydro_nb.lang.singleton import Singleton
from hydro_nb.lang.site import here
from hydro_nb.lang.stream import Stream
from hydro_nb.lang.tick import Tick

if TYPE_CHECKING:
    from hydro_nb.lang.cycle import TickCycleHandle

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


class SliceState:
    """The end of a state that says what it is in the next slice."""

    _require_open: Callable[[str], None]
    _cycle: TickCycleHandle[Any]
    _set: Site | None

    def begin(self, require_open: Callable[[str], None], cycle: TickCycleHandle[Any]) -> None:
        """Belong to a block, which says whether it is running."""
        self._require_open, self._cycle, self._set = require_open, cycle, None

    def close(self, *, warn: bool) -> None:
        """Stay as it is, unless something else was said; what nothing ever changes is likely a slip."""
        if self._set is not None:
            return
        state = cast("Collection", self)
        if warn and not _is_changed(state):
            warnings.warn(
                "this state is never set, so that it stays as it began.\n"
                f"  {state.flow.graph.nodes[state.ref.slot].site}\n"
                "  Say what it is in the next slice: .set(...), or change it in a function: .by_mut()",
                stacklevel=3,
            )
        self._cycle.complete_next_tick(state)

    def _next(self, new: Any) -> None:
        self._require_open("set")
        if self._set is not None:
            raise GraphError(
                f"this state was set twice in one slice.\n  first at  {self._set}\n  again at  {here()}\n"
                "  Set it once, to what it is when the slice ends."
            )
        if not isinstance(new, Collection):
            raise GraphError(
                f"`set` takes the collection that the state is in the next slice, but was given {new!r}.\n  {here()}\n"
                "  Make one of what is in the slice, such as state.zip(batch.count()).map(lambda pair: sum(pair))."
            )
        self._cycle.complete_next_tick(new)
        self._set = here()

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in _OWN:
            raise AttributeError(
                f"a state has no attribute {name!r} to assign.\n  {here()}\n"
                "  Say what it is in the next slice: .set(collection), or change it in a function: .by_mut()"
            )
        super().__setattr__(name, value)


_OWN = frozenset(("_cycle", "_require_open", "_set", *Collection.__slots__))


def _is_changed(state: Collection) -> bool:
    """Whether functions may change a state through a reference."""
    mine = {each.slot for each in (state.ref, state.listed) if each}
    nodes = state.flow.graph.nodes.values()
    return any(held.mutable and held.slot in mine for node in nodes for held in node.references)


class ValueState(SliceState, Singleton[T, Tick[Any], Bounded], Generic[T]):
    """A value that is kept from slice to slice."""

    def set(self, new: Singleton[T, Any, Bounded]) -> None:
        """Say what it is in the next slice."""
        self._next(new)


class OptionalState(SliceState, Optional[T, Tick[Any], Bounded], Generic[T]):
    """A value that is kept from slice to slice, absent at first."""

    def set(self, new: Optional[T, Any, Bounded] | Singleton[T, Any, Bounded]) -> None:
        """Say what it is in the next slice."""
        self._next(new)


class KeyedState(SliceState, KeyedSingleton[K, V, Tick[Any], Bounded], Generic[K, V]):
    """A value per key that is kept from slice to slice."""

    def set(self, new: KeyedSingleton[K, V, Any, Bounded]) -> None:
        """Say what it is in the next slice."""
        self._next(new)


class StreamState(SliceState, Stream[T, Tick[Any], Bounded, O2, R2], Generic[T, O2, R2]):
    """Elements that are kept from slice to slice."""

    def set(self, new: Stream[T, Any, Bounded, O2, R2]) -> None:
        """Say what they are in the next slice."""
        self._next(new)


class KeyedStreamState(SliceState, KeyedStream[K, V, Tick[Any], Bounded, O2, R2], Generic[K, V, O2, R2]):
    """Keyed elements that are kept from slice to slice."""

    def set(self, new: KeyedStream[K, V, Any, Bounded, O2, R2]) -> None:
        """Say what they are in the next slice."""
        self._next(new)


HANDLES: dict[Shape, type[Any]] = {
    Shape.STREAM: StreamState,
    Shape.KEYED_STREAM: KeyedStreamState,
    Shape.OPTIONAL: OptionalState,
    Shape.KEYED_SINGLETON: KeyedState,
}
"""What a state that starts empty is handled by."""
