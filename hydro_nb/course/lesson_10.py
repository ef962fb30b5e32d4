"""The exercises of `10_your_own`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hydro_nb.course.tools import choice
from hydro_nb.testing.exercises import answered, exercise, expect

Table = dict[str, str]
Apply = Callable[[Table, tuple[int, str]], tuple[Table, tuple[int, str]]]
"""what a shard does with a request: the next table and the answer"""


@exercise("10.1", "The order of answers")
def order(answer: str) -> None:
    """Look at a prediction."""
    hints = {
        "a": "Do all three requests go through the same shard?",
        "c": "What goes through one channel to one shard: can it be overtaken?",
    }
    choice(answer, "abc", hints)


@exercise("10.2", "A verb more")
def delete(apply: Apply) -> None:
    """Try a function on requests that delete, and on others."""
    table = {"tea": "3", "jam": "1"}
    _gives(apply, table, "del tea", {"jam": "1"}, "ok tea")
    _gives(apply, table, "del milk", table, "milk is nothing")
    _gives(apply, table, "get jam", table, "jam is 1")
    _gives(apply, table, "put milk 2", table | {"milk": "2"}, "ok milk")
    _gives(apply, table, "del", table, "? del")


@exercise("10.3", "Only if")
def compare_and_swap(apply: Apply) -> None:
    """Try a function on requests that compare and swap, and on others."""
    table = {"tea": "3"}
    _gives(apply, table, "cas tea 3 4", {"tea": "4"}, "ok tea")
    _gives(apply, table, "cas tea 2 4", table, "tea is 3")
    _gives(apply, table, "cas jam 1 2", table, "jam is nothing")
    _gives(apply, table, "get tea", table, "tea is 3")
    _gives(apply, table, "put jam 1", table | {"jam": "1"}, "ok jam")
    _gives(apply, table, "cas tea 3", table, "? cas tea 3")


def _gives(apply: Apply, table: Table, line: str, after: Table, answer: str) -> None:
    before = dict(table)
    given: Any = answered(apply(table, (7, line)))
    expect(hasattr(given, "__len__") and len(given) == 2, "It gives a pair, the next table and the answer, as `apply`.")
    expect(table == before, f"`{line}` has changed the table that was given: give a new one.")
    expect(tuple(given[1]) == (7, answer), f"With {before}, client 7, who says `{line}`, should hear `{answer}`.")
    expect(given[0] == after, f"With {before}, after `{line}` the table should be {after}.")
