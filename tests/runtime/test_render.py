"""Values as short texts."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import signal
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
        while True:
            pass


def test_a_slow_repr_is_cut_off_and_not_asked_again():
    show = Renderer()
    assert show(Slow()) == "<Slow: its repr is too slow>"
    assert show([Slow(), Slow()]) == "[<Slow>, <Slow>]"
    assert Slow.asked == 1
    assert TIME_LIMIT == 0.05


class Asleep:
    def __repr__(self):
        time.sleep(3600)
        return "awake"


class Stubborn:
    def __repr__(self):
        try:
            while True:
                pass
        finally:
            while True:
                pass


class Hidden:
    def __getattr__(self, name):
        while True:
            pass


@dataclasses.dataclass
class Holder:
    inner: object
    more: int


def test_what_waits_or_will_not_stop_is_cut_off():
    show = Renderer()
    assert show([Asleep(), 1]) == "[<Asleep: its repr is too slow>, 1]"
    assert show(Stubborn()) == "<Stubborn: its repr is too slow>"
    assert show(Hidden()) == "<Hidden: its repr is too slow>"
    assert show([Asleep(), Stubborn(), Hidden()]) == "[<Asleep>, <Stubborn>, <Hidden>]"


def test_of_a_value_within_a_value_the_inner_one_is_to_blame():
    show = Renderer()
    assert show(Holder(Slow(), 2)) == "Holder(inner=<Slow: its repr is too slow>, more=2)"
    assert show(Holder(Slow(), 2)) == "Holder(inner=<Slow>, more=2)"


def test_fields_that_are_long_are_cut_every_time():
    show, long = Renderer(), Holder(["x" * 400] * 100, 1)
    assert show(long) == show(long)
    assert show(long).startswith("Holder(inner=['xxxx")


@pytest.fixture
def own_alarm():
    """A handler and a timer of the user's."""
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    was = signal.setitimer(signal.ITIMER_REAL, 3600, 7200)
    yield rung
    signal.setitimer(signal.ITIMER_REAL, *was)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("value", [[1], Slow(), Asleep()])
def test_the_users_own_alarm_is_as_it_was(own_alarm, value):
    handler = signal.getsignal(signal.SIGALRM)
    Renderer()(value)
    assert signal.getsignal(signal.SIGALRM) is handler
    left, every = signal.getitimer(signal.ITIMER_REAL)
    assert 3500 < left <= 3600
    assert every == 7200
    assert own_alarm == []


def test_without_an_alarm_there_is_none_afterwards():
    signal.setitimer(signal.ITIMER_REAL, 0)
    Renderer()([Slow()])
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_in_a_thread_the_users_own_repr_may_be_left_out():
    show = Renderer(own=False)
    assert show([Slow(), Wrong()]) == "[<Slow>, <Wrong>]"
    assert show(Holder(datetime.date(2020, 1, 2), 1)) == "Holder(inner=datetime.date(2020, 1, 2), more=1)"


def test_a_value_of_very_many_parts_is_cut_before_they_are_all_shown():
    asked = []

    class Part:
        def __repr__(self):
            asked.append(1)
            return "part of a value"

    value = [[[Part()] * 20] * 20] * 20
    assert len(Renderer()(value)) == TEXT_LIMIT
    assert len(asked) < 1000


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
    assert Renderer()([Wrong()]) == "[<Wrong: not shown, RuntimeError>]"
    assert Renderer()(Leaving()) == "<Leaving: not shown, SystemExit>"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=50,
)


@given(values)
def test_every_text_is_bounded(value):
    assert len(Renderer()(value)) <= TEXT_LIMIT
