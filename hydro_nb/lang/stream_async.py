"""The methods of a stream that wait: for futures, for async iterators, for silence."""

from __future__ import annotations

from typing import Generic

from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import B_co, L_co, O_co, R_co, T_co


class StreamAsync(Collection, Generic[T_co, L_co, B_co, O_co, R_co]):
    """A stream as something to wait for."""

    __slots__ = ()
