"""What annotations say of functions that carry an accumulator."""

from typing import Any

import pytest

from hydro_nb import Return, Some, Yield, inplace
from hydro_nb.lang.stepwise import accumulator_of, beside, output_of, step_of
from hydro_nb.values import Step


def plain(total, n):
    return total, n


def pair(total: int, n: int) -> tuple[int, str]: ...


def optional(total: int, n: int) -> tuple[int, str | None]: ...


def wrapped(total: int, n: int) -> tuple[int, Some[str] | None]: ...


def either(total: int, n: int) -> tuple[int, str | int | None]: ...


def no_pair(total: int, n: int) -> tuple[int, ...]: ...


def steps(total: int, n: int) -> tuple[int, Yield[str] | Return[str] | Step]: ...


def unlike(total: int, n: int) -> tuple[int, Yield[str] | Return[int]]: ...


def changing(seen: list[int], n: int) -> str | None: ...


@pytest.mark.parametrize(
    ("f", "output"),
    [
        (plain, Any),
        (pair, str),
        (optional, str),
        (wrapped, str),
        (either, str | int),
        (no_pair, Any),
        (inplace(changing), str),
        (inplace(plain), Any),
    ],
)
def test_output(f, output):
    assert output_of(f) == output


@pytest.mark.parametrize(("f", "value"), [(steps, str), (unlike, Any), (plain, Any), (pair, Any)])
def test_step(f, value):
    assert step_of(f) == value


def test_accumulator():
    assert accumulator_of(pair) is int
    assert accumulator_of(plain) is Any
    assert accumulator_of(inplace(changing)) is Any
    assert beside(inplace(changing)) == str | None
