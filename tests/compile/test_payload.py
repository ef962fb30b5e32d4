"""Captured values travel as one payload; the one that cannot is named."""

import dataclasses
import enum
import functools
import math
import threading
import typing

import cloudpickle
import msgspec
import pytest
from splicing import SITE, define

from hydro_nb.compile.payload import dump, mentioned_types
from hydro_nb.errors import CaptureError


def test_what_is_shared_stays_shared():
    space = define("table = {}\ndef put(n): table[n] = 1\ndef get(n): return table.get(n)")
    captures = {name: space[name] for name in ("table", "put", "get")}
    again = cloudpickle.loads(dump(captures, {}))
    again["put"](3)
    assert (again["table"], again["get"](3)) == ({3: 1}, 1)


def test_classes_of_the_notebook_travel_and_modules_go_by_name():
    space = define("class Box:\n    def __init__(self, n): self.n = n")
    again = cloudpickle.loads(dump({"Box": space["Box"], "math": math}, {}))
    assert again["Box"](3).n == 3
    assert again["math"] is math


class Refuses:
    def __reduce__(self):
        raise RuntimeError("no")

    def __repr__(self):
        raise RuntimeError("no")


@dataclasses.dataclass
class Holder:
    inner: object


class Slotted:
    __slots__ = ("inner",)


def slotted(inner):
    made = Slotted()
    made.inner = inner
    return made


LOCK = threading.Lock()
HELD = [
    (LOCK, "`held` cannot"),
    ({"a": 1, "lock": LOCK}, "`held['lock']` cannot"),
    ([1, (2, LOCK)], "`held[1][1]` cannot"),
    ({LOCK}, "`held` cannot"),
    (Holder(LOCK), "`held.inner` cannot"),
    (slotted(LOCK), "`held.inner` cannot"),
    (functools.partial(print, LOCK), "`held.args[0]` cannot"),
    (functools.partial(print, end=LOCK), "`held.keywords['end']` cannot"),
    (Refuses(), "`held` cannot be carried to another process: it is a Refuses"),
    ((n for n in [1]), "`held` cannot be carried to another process: it is <generator"),
]


@pytest.mark.parametrize(("held", "message"), HELD)
def test_the_part_that_cannot_be_carried_is_named(held, message):
    with pytest.raises(CaptureError) as caught:
        dump({"fine": 1, "held": held}, {"held": SITE})
    text = str(caught.value)
    assert message in text
    assert " 0x" not in text
    assert "In[4], line 2:     stream.map(parse)" in text


FUNCTIONS = [
    "def f(n): return lock",
    "def make(lock):\n    return lambda n: lock\nf = make(lock)",
    "def g(n): return lock\ndef f(n): return g(n)",
    "def f(n, lock=lock): return lock",
    "def f(n, *, lock=lock): return lock",
    "class A:\n    def go(self): return lock\ndef f(n): return A()",
]


@pytest.mark.parametrize("text", FUNCTIONS)
def test_a_variable_that_a_function_uses_is_named(text):
    fn = define(text, lock=LOCK)["f"]
    with pytest.raises(CaptureError, match=r"`lock`, which `\w+(\.go)?` uses, cannot be carried"):
        dump({"f": fn}, {"f": SITE})


def test_bound_methods_name_what_they_are_bound_to():
    with pytest.raises(CaptureError, match=r"`go.__self__` cannot be carried"):
        dump({"go": Refuses().__repr__}, {})


def test_types_in_values_code_and_annotations():
    space = define(
        "import dataclasses, enum, typing\n"
        "@dataclasses.dataclass\nclass Line: n: int\n"
        "@dataclasses.dataclass\nclass Order: q: list[Line]\n"
        "class Color(enum.Enum): RED = 1\n"
        "class Pair(typing.NamedTuple): a: int\n"
        "class Plain: pass\n"
        "def parse(text: str) -> Order: return helper(text)\n"
        "def helper(text): return Color.RED\n"
        "def unknown(x: 'Nowhere'): return Plain()\n"
    )
    names = ["Color", "Line", "Order", "Pair"]
    captures = {"parse": space["parse"], "pairs": [[space["Pair"](1)]], "unknown": space["unknown"]}
    assert mentioned_types(captures) == tuple(space[name] for name in names)


class Row(msgspec.Struct):
    n: int


class Level(enum.IntEnum):
    LOW = 1


class Point(typing.NamedTuple):
    x: int


def importable(n: Row) -> Level:
    return beside(n)


def beside(n):
    return Point(n)


def test_types_that_importable_functions_mention():
    assert mentioned_types({"importable": importable}) == (Level, Point, Row)


def test_types_of_libraries_and_of_nothing():
    captures = {"math": math, "n": 1, "thread": threading.Thread, "level": threading, "dump": print, "kinds": list[int]}
    assert mentioned_types(captures) == ()
    assert mentioned_types({"kinds": list[Row], "one": {1: Level.LOW}}) == (Level, Row)
