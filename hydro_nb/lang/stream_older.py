"""Names that a stream's methods had in older releases of Hydro, for those who follow a tutorial or a paper."""

from __future__ import annotations

from typing import Generic

from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import B_co, L_co, O_co, R_co, T_co


class StreamOlder(Collection, Generic[T_co, L_co, B_co, O_co, R_co]):
    """A stream under the names of older releases."""

    __slots__ = ()
