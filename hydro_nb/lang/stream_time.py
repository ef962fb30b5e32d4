"""The methods of a stream that lead into and out of atomic sections and from one tick to the next."""

from __future__ import annotations

from typing import Generic

from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import B_co, L_co, O_co, R_co, T_co


class StreamTime(Collection, Generic[T_co, L_co, B_co, O_co, R_co]):
    """A stream as something that happens in time."""

    __slots__ = ()
