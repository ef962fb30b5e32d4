"""Widths of numbers on the wire; in Python each is a plain `int` or `float`.

    def price(order: Order) -> hydro_nb.types.u32: ...

Rust's names, little-endian, fixed width: `bincode` writes `i32` in four bytes. A bare `int` is `i64`, a bare `float`
is `f64`.
"""

from __future__ import annotations

from typing import Annotated

import msgspec


class Width(msgspec.Struct, frozen=True):
    """A number's width in bytes and its `struct` format character."""

    size: int
    code: str


i8 = Annotated[int, Width(1, "b")]
i16 = Annotated[int, Width(2, "h")]
i32 = Annotated[int, Width(4, "i")]
i64 = Annotated[int, Width(8, "q")]
u8 = Annotated[int, Width(1, "B")]
u16 = Annotated[int, Width(2, "H")]
u32 = Annotated[int, Width(4, "I")]
u64 = Annotated[int, Width(8, "Q")]
f32 = Annotated[float, Width(4, "f")]
f64 = Annotated[float, Width(8, "d")]

__all__ = ["Width", "f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"]
