"""Streams of numbers that come from an array: which operators stay with columns, and how those are written.

`arithmetic` reads a user's function as arithmetic, `chains` finds the operators that work on columns, `writing` writes
them, for numba element by element or for numpy column by column. Both mean the same: 64-bit numbers, numpy's rules.
"""
