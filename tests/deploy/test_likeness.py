"""Captured values are compared by what they are, not by where in a notebook they were written."""

from __future__ import annotations

import dataclasses
import enum
import functools
import types

import cloudpickle
import numpy as np
import pytest

from hydro_nb.compile.payload import dump
from hydro_nb.deploy.likeness import Captured

SOURCE = """
class Kind(enum.Enum):
    ONE = 1
    TWO = 2

class Small(msgspec.Struct, frozen=True):
    size: int = LIMIT
    def twice(self):
        return self.size * 2

@dataclasses.dataclass
class Item:
    size: int
    next: "Item | None" = None
    def grown(self):
        return Item(self.size + LIMIT)

def ever(n):
    return 1 if n < LIMIT else n * ever(n - 1)

def grown(item):
    '''Uses a class, an enum, a struct and itself.'''
    return ever(item.size), Item(1).grown(), Kind.TWO, Small()

loop = Item(1)
loop.next = loop
kinds = {Kind.ONE, Kind.TWO}
kind, small = Kind.ONE, Small(3)
part = functools.partial(grown, loop)
"""
NAMES = ["ever", "grown", "loop", "kinds", "kind", "small", "part"]


def payload(*, lines=0, limit=2):
    """Pack what a cell defines, as `__main__` has it, that begins so many lines further down."""
    main = types.ModuleType("__main__")
    exec("import dataclasses, enum, functools, msgspec", vars(main))
    vars(main)["LIMIT"] = limit
    exec(compile("\n" * lines + SOURCE, f"ipykernel_1/{lines}.py", "exec"), vars(main))
    return Captured(dump({name: vars(main)[name] for name in NAMES}, {}))


@pytest.fixture(scope="module")
def one():
    return payload()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_defined_again_elsewhere_is_the_same(one, name):
    assert payload(lines=7).digest(name) == one.digest(name)


@pytest.mark.parametrize("name", ["ever", "grown", "loop", "small", "part"])
def test_what_uses_another_value_is_another(one, name):
    assert payload(limit=3).digest(name) != one.digest(name)


@dataclasses.dataclass
class Plain:
    size: int


class Level(enum.Enum):
    LOW = 1


PAIRS = [
    (1, 1.0),
    (1, True),
    (0.0, -0.0),
    ("a", b"a"),
    ([1], (1,)),
    ({"a": 1}, {"a": 2}),
    ({1, 2}, frozenset({1, 2})),
    (Plain(1), Plain(2)),
    (Level.LOW, 1),
    (np.arange(3), np.arange(3.0)),
    (functools.partial(max, 1), functools.partial(max, 2)),
    (len, max),
    ([Plain(1)], [Plain(1), Plain(1)]),
]


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=repr)
def test_values_that_differ_differ(first, second):
    told = [Captured(cloudpickle.dumps({"value": each})).digest("value") for each in (first, second)]
    assert told[0] != told[1]


@pytest.mark.parametrize("value", [each for pair in PAIRS for each in pair], ids=repr)
def test_values_that_are_equal_do_not(value):
    first = cloudpickle.dumps({"other": "a", "value": value})
    second = cloudpickle.dumps({"value": value})
    assert Captured(first).digest("value") == Captured(second).digest("value")


def test_what_is_shared_counts_as_what_is_not():
    text = "".join(["some", "text"])
    shared, apart = {"value": [text, text]}, {"value": [text, "".join(["some", "text"])]}
    told = [Captured(cloudpickle.dumps(each)).digest("value") for each in (shared, apart)]
    assert told[0] == told[1]


def test_nothing_is_made_and_nothing_is_run():
    class Bomb:
        def __reduce__(self):
            return explode, (self.size,)

    def explode(size):
        raise AssertionError(size)

    made = Bomb()
    made.size = 3
    captured = Captured(cloudpickle.dumps({"bomb": made}))
    assert captured.digest("bomb") != captured.digest("none there")


def test_types_are_told_in_any_order():
    first, second = (Captured(cloudpickle.dumps({"__types__": each})) for each in ((Plain, Level), (Level, Plain)))
    assert first.types() == second.types()
    assert len(first.types()) == 2
