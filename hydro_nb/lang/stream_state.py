"""The methods of a stream that remember what has come: first and last, running state, limits, sorting."""

from __future__ import annotations

from typing import Generic

from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import B_co, L_co, O_co, R_co, T_co


class StreamState(Collection, Generic[T_co, L_co, B_co, O_co, R_co]):
    """A stream as something to go through in turn."""

    __slots__ = ()
