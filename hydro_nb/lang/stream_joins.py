"""The methods of a stream that bring it together with other collections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from hydro_nb.ir.ops.join import FilterIf
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import B_co, Bounded, L_co, O_co, R_co, T_co

if TYPE_CHECKING:
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream


class StreamJoins(Collection, Generic[T_co, L_co, B_co, O_co, R_co]):
    """A stream as something to join."""

    __slots__ = ()

    def filter_if(self, condition: Singleton[Any, L_co, Bounded]) -> Stream[T_co, L_co, B_co, O_co, R_co]:
        """Keep all elements where a complete value is true, else none.

        >>> numbers = FlowBuilder().process().source_iter([1, 2])
        >>> numbers.filter_if(numbers.count().map(lambda n: n > 1)).preview().rows
        [1, 2]

        Order, repeats and boundedness stay.
        """
        return self._grow(FilterIf(), condition)
