"""The methods of a keyed stream that remember what has come under each key."""

from __future__ import annotations

from typing import Generic

from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import B_co, K_co, L_co, O_co, R_co, V_co


class KeyedState(Collection, Generic[K_co, V_co, L_co, B_co, O_co, R_co]):
    """A keyed stream as something to go through in turn."""

    __slots__ = ()
