"""The methods of a keyed stream that lead into and out of atomic sections and from one tick to the next."""

from __future__ import annotations

from typing import Generic

from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import B_co, K_co, L_co, O_co, R_co, V_co


class KeyedTime(Collection, Generic[K_co, V_co, L_co, B_co, O_co, R_co]):
    """A keyed stream as something that happens in time."""

    __slots__ = ()
