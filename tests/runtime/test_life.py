"""How often a process tells what it has counted."""

from __future__ import annotations

import gc
import time

import pytest
from test_worker import Bench

from hydro_nb.runtime.life import ANSWER_SECONDS, LONGEST_GAP, Life
from hydro_nb.runtime.report import INTERVAL
from hydro_nb.wire import Counts

KEEP = """
def start():
    return State(n=0)
def tick(state, inputs, outputs):
    state.n += len(inputs["in1"])
    state.counts["sink"] = state.n
    state.samples["sink"] = list(inputs["in1"])
    return False
"""


@pytest.fixture(autouse=True)
def _no_collection():
    """Garbage of other tests is not collected while it is measured how much telling costs."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class Dear(int):
    """A number whose text takes long."""

    def __repr__(self):
        until = time.thread_time() + 0.02
        while time.thread_time() < until:
            pass
        return "dear"


class Told(list):
    """What was reported."""

    event = list.append


def lived(kind):
    """Give a life that has told once, of an element of this kind."""
    bench = Bench(KEEP)
    told = Told()
    life = Life(bench.worker, told)
    _step(bench, life, INTERVAL, kind)
    assert len(told) == 1
    return bench, life, told


def _step(bench, life, seconds, kind=int):
    bench.clock.advance(seconds)
    bench.give([1])
    for receiver in bench.worker.ins:
        receiver.codec = _As(kind)
    life.turn()
    life.report_due()


class _As:
    """A codec that gives one element of a kind."""

    def __init__(self, kind):
        self._kind = kind

    def decode(self, _body, count):
        return [self._kind(7)] * count


def test_what_costs_little_is_told_each_time():
    bench, life, told = lived(int)
    for _ in range(5):
        _step(bench, life, 1.0)
    assert [each.totals["sink"] for each in told if isinstance(each, Counts)] == [1, 2, 3, 4, 5, 6]


def test_what_costs_much_is_told_seldom_but_told():
    bench, life, told = lived(Dear)
    assert told[0].samples["sink"][0].text == "dear"
    for _ in range(5):
        _step(bench, life, INTERVAL)
    assert len(told) == 1
    assert life.due > bench.clock.now()
    _step(bench, life, LONGEST_GAP)
    assert told[-1].totals["sink"] == 7


ECHO = """
def start():
    return State()
def tick(state, inputs, outputs):
    outputs["out2"].extend(inputs["in1"])
    return False
"""


@pytest.mark.parametrize("end", ["gone", "severed"])
def test_what_waited_for_the_room_of_one_that_has_ended_is_taken_at_once(end):
    bench = Bench(ECHO, max_buffer=100)
    life = Life(bench.worker, Told())
    for _ in range(4):
        bench.give(range(40))
        life.turn()
        life.turn()
    assert bench.worker.held
    assert sum(each.queued for each in bench.worker.ins) > 0
    getattr(bench.worker, end)(2, "it ended")
    life.turn()
    assert not bench.worker.held
    assert sum(each.queued for each in bench.worker.ins) == 0


GIVING = """
def start():
    return State(left=4)
def tick(state, inputs, outputs):
    state.left -= 1
    return state.left > 0
"""


def asked():
    """Give a life whose source has more to give when it is asked whether it is done."""
    bench = Bench(GIVING)
    told = Told()
    life = Life(bench.worker, told)
    life.turn()
    life.answer(1, lambda: told.append("output"))
    assert told == []
    return bench, life, told


def test_who_has_more_to_give_answers_once_it_has_given_all():
    _, life, told = asked()
    while life.turn():
        assert told == []
    assert (told[0], type(told[1]), told[2].idle) == ("output", Counts, True)
    life.turn()
    assert len(told) == 3


def test_the_kernel_hears_of_what_takes_long():
    bench, life, told = asked()
    bench.clock.advance(ANSWER_SECONDS)
    life.turn()
    assert [(each.idle, each.waiting_on) for each in told] == [(False, "a source that has more to give")]
    life.answer(2, lambda: None)
    life.turn()
    assert len(told) == 1
