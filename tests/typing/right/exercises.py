"""A teacher writes an exercise, and a reader asks for a verdict."""

from collections.abc import Callable
from typing import assert_type

from hydro_nb.course import Overview, progress
from hydro_nb.testing import Verdict, answered, check, exercise, expect


@exercise("sums.1", "A sum of squares")
def squares(answer: Callable[[int], int]) -> None:
    expect(answered(answer(3)) == 14, "For 3 it should be 1 + 4 + 9.")


def sum_of_squares(n: int) -> int:
    return sum(k * k for k in range(1, n + 1))


assert_type(check("sums.1", sum_of_squares), Verdict)
assert_type(check("sums.1", ...).passed, bool)
assert_type(progress(), Overview)
assert_type(squares(sum_of_squares), None)
