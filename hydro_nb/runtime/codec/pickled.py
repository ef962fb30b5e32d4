"""Pickle, for those who ask for it by name and write down why they trust the sender."""

from __future__ import annotations

import copyreg
import io
import pickle
from collections import ChainMap
from dataclasses import dataclass
from typing import Any, cast

from hydro_nb.errors import DecodeError, EncodeError
from hydro_nb.runtime.codec import limits
from hydro_nb.values import ClusterSelfId, self_id


def _as_member(_: object) -> Any:
    return self_id().__reduce_ex__(5)


_TABLE: Any = ChainMap[Any, Any]({ClusterSelfId: _as_member}, cast("Any", copyreg.dispatch_table))
"""What stands for the member that runs a function is sent as that member; a captured one is whoever receives it."""


def _pickled(items: list[Any]) -> bytes:
    out = io.BytesIO()
    pickler = pickle.Pickler(out, protocol=5)
    pickler.dispatch_table = _TABLE
    pickler.dump(items)
    return out.getvalue()


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
            body = _pickled(items)
        except Exception as error:
            raise EncodeError(f"{self.where}a batch cannot be pickled: {type(error).__name__}: {error}") from error
        if len(body) > limits.MAX_ELEMENT:
            self._check_sizes(items)
        return body

    def _check_sizes(self, items: list[Any]) -> None:
        for at, item in enumerate(items):
            if (size := len(_pickled([item]))) > limits.MAX_ELEMENT:
                raise EncodeError(f"{self.where}[{at}] {limits.too_large(size, item)}")

    def decode(self, body: bytes | memoryview, count: int) -> list[Any]:
        """Read a batch of `count` elements."""
        try:
            items: Any = pickle.loads(body)  # noqa: S301 - trusted by the user's own words
        except Exception as error:
            raise DecodeError(f"{self.where}a frame cannot be unpickled: {type(error).__name__}: {error}") from error
        if not isinstance(items, list) or len(items) != count:  # pyright: ignore[reportUnknownArgumentType]
            raise DecodeError(f"{self.where}a frame does not hold a batch of {count}")
        return items  # pyright: ignore[reportUnknownVariableType]
