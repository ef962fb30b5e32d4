"""Values as short texts."""

from __future__ import annotations

import collections
import dataclasses
import time
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.runtime.render import TEXT_LIMIT, TIME_LIMIT, Renderer


@dataclasses.dataclass
class Point:
    x: int
    y: list


class Pair(msgspec.Struct):
    left: int
    right: str


class Named(NamedTuple):
    a: int
    b: int


@pytest.mark.parametrize(
    "value",
    [
        *(
            1,
            -2.5,
            None,
            True,
            1j,
            "a'b",
            b"raw",
            (),
            (1,),
            (1, "a"),
            [],
            {},
            {"a": [1]},
            {1, 2},
            set(),
            frozenset({3}),
        ),
        *([{"k": (1, None)}], Point(1, [2]), Pair(1, "b"), Named(1, 2)),
    ],
)
def test_small_values_look_like_their_repr(value):
    assert Renderer()(value) == repr(value)


def test_large_values_are_cut_and_say_so():
    show = Renderer()
    assert show(list(range(1000))).endswith("18, 19, ... 980 more]")
    assert show("x" * 10_000).endswith("... 10000 in all")
    assert show([[[[[[1]]]]]]) == "[[[[...]]]]"
    assert show(10**5000) == "<int of 16610 bits>"
    assert show(collections.Counter("aab")) == "Counter({'a': 2, 'b': 1})"


def test_arrays_show_their_shape():
    numpy = pytest.importorskip("numpy")
    assert Renderer()(numpy.zeros((200, 300))).startswith("ndarray 200x300 float64 [0.0, 0.0,")
    assert Renderer()(numpy.float64(1.5)) == repr(numpy.float64(1.5))


class Slow:
    asked = 0

    def __repr__(self):
        Slow.asked += 1
        until = time.perf_counter() + 10
        while time.perf_counter() < until:
            pass
        return "slow"


def test_a_slow_repr_is_cut_off_and_not_asked_again():
    show = Renderer(alarm=True)
    start = time.perf_counter()
    assert show(Slow()) == "<Slow: its repr is too slow or too long>"
    assert time.perf_counter() - start < 5
    assert show([Slow(), Slow()]) == "[<Slow>, <Slow>]"
    assert Slow.asked == 1
    assert TIME_LIMIT == 0.05


class Long:
    def __repr__(self):
        return "y" * 100_000


class Wrong:
    def __repr__(self):
        raise RuntimeError("no repr here")


class Leaving:
    def __repr__(self):
        raise SystemExit(3)


def test_a_long_repr_is_cut_and_not_asked_again():
    show = Renderer()
    assert len(show(Long())) == TEXT_LIMIT
    assert show(Long()) == "<Long>"


def test_a_repr_that_raises_is_named():
    assert Renderer()([Wrong()]) == "<list: not shown, RuntimeError>"
    assert Renderer()(Leaving()) == "<Leaving: not shown, SystemExit>"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=50,
)


@given(values)
def test_every_text_is_bounded(value):
    assert len(Renderer()(value)) <= TEXT_LIMIT
