"""What a slice keeps from one run to the next: collections that can be told what they are next time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hydro_nb.errors import GraphError, Site
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

    def close(self) -> None:
        """Stay as it is, unless something else was said."""
        if self._set is None:
            self._cycle.complete_next_tick(self)

    def _next(self, new: Any) -> None:
        self._require_open("set")
        if self._set is not None:
            raise GraphError(
                f"this state was set twice in one slice.\n  first at  {self._set}\n  again at  {here()}\n"
                "  Set it once, to what it is when the slice ends."
            )
        self._cycle.complete_next_tick(new)
        self._set = here()


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
