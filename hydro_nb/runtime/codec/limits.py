"""How much a codec takes before it refuses, and how it says so."""

from __future__ import annotations

from typing import Any

from hydro_nb.runtime.render import Renderer

MAX_ELEMENT = 64 << 20
"""bytes of one encoded element"""
LARGE = 64 << 10
"""bytes from which on a value is worth not being copied; about as many fill a frame"""
MAX_DEPTH = 150
"""containers within containers; both ends recurse, and Python's own limit is 1000 calls"""
MAX_UNITS = 1 << 20
"""elements that take no bytes, in one frame"""
MAX_SCHEMA = 64 << 10
"""bytes of a schema that comes with a frame: the functions for its shape are written and compiled before any element"""

PICKLE_HINT = 'send plain data (numbers, texts, tuples, dataclasses), or TCP.fail_stop().pickle(trusted="why")'


_render = Renderer()


class Unfit(Exception):  # noqa: N818 - becomes an EncodeError, once the place of the value is known
    """A value that cannot be encoded, and why."""

    def __init__(self, value: Any, why: str) -> None:
        self.value, self.why = value, why
        super().__init__(why)


def shown(value: Any) -> str:
    """Give a short text of a value, whatever its `repr` does.

    >>> shown("x" * 100)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."
    """
    text = _render(value)
    return text if len(text) <= 60 else text[:60] + "..."


def too_large(size: int, item: Any) -> str:
    """Say that an element is more than one frame may carry.

    >>> too_large(9, "x")
    "takes 9 bytes, more than the 67108864 (64 MiB) of one element: 'x'; send it in parts"
    """
    most = f"{MAX_ELEMENT} ({MAX_ELEMENT >> 20} MiB)"
    return f"takes {size} bytes, more than the {most} of one element: {shown(item)}; send it in parts"
