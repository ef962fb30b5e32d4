"""Values that user functions return to say something that a bare value cannot."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

T_co = TypeVar("T_co", covariant=True)


class Some(msgspec.Struct, Generic[T_co], frozen=True):
    """A present value, for functions in which a bare `None` means "nothing".

    >>> Some(None)
    Some(value=None)
    """

    value: T_co
