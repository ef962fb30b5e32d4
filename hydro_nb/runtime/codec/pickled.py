"""Pickle, for those who ask for it by name and write down why they trust the sender."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any

from hydro_nb.errors import DecodeError, EncodeError


@dataclass(frozen=True, slots=True)
class PickleCodec:
    r"""Any picklable elements; whoever can send on the channel can run code in the receiver.

    >>> PickleCodec(trusted="both ends are ours").encode([1])[:1]
    b'\x80'
    """

    trusted: str
    where: str = ""

    def __post_init__(self) -> None:
        if not self.trusted.strip():
            raise EncodeError('PickleCodec needs a reason: PickleCodec(trusted="why the sender may run code here")')

    def encode(self, items: list[Any]) -> bytes:
        """Write a batch."""
        try:
            return pickle.dumps(items, protocol=5)
        except Exception as error:
            raise EncodeError(f"{self.where}a batch cannot be pickled: {type(error).__name__}: {error}") from error

    def decode(self, body: bytes | memoryview, count: int) -> list[Any]:
        """Read a batch of `count` elements."""
        try:
            items: Any = pickle.loads(body)  # noqa: S301 - trusted by the user's own words
        except Exception as error:
            raise DecodeError(f"{self.where}a frame cannot be unpickled: {type(error).__name__}: {error}") from error
        if not isinstance(items, list) or len(items) != count:  # pyright: ignore[reportUnknownArgumentType]
            raise DecodeError(f"{self.where}a frame does not hold a batch of {count}")
        return items  # pyright: ignore[reportUnknownVariableType]
