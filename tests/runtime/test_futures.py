"""What one operator waits for, polled by hand on a loop that is run by hand."""

import asyncio

import pytest

from hydro_nb.runtime.futures import MOST, Futures
from hydro_nb.wire import FutureSpec


class Bench:
    def __init__(self, *, ordered=False):
        self.loop = asyncio.new_event_loop()
        self.woken = 0
        self.futures = Futures(FutureSpec("f", "g", "resolve_futures", "f:1", ordered))
        self.futures.attach(self.loop, self.wake)

    def wake(self):
        self.woken += 1

    def run(self, turns=10):
        self.loop.run_until_complete(count(turns))

    def poll(self, limit=100):
        into = []
        self.futures.poll(float, into, limit)
        return into


async def count(n):
    for _ in range(n):
        await asyncio.sleep(0)
    return n


async def raising():
    raise ValueError("no")


@pytest.fixture
def bench():
    made = Bench()
    yield made
    made.loop.close()


@pytest.fixture
def ordered():
    made = Bench(ordered=True)
    yield made
    made.loop.close()


def test_results_come_as_they_end(bench):
    bench.futures.give([count(3), count(1)])
    assert (bench.poll(), bench.futures.done, bench.futures.ready) == ([], False, False)
    bench.run()
    assert bench.futures.ready
    assert bench.woken == 2
    assert (bench.poll(1), bench.futures.count, bench.poll()) == ([1], 1, [3])
    assert bench.futures.done


def test_results_come_in_order(ordered):
    ordered.futures.give([count(5), count(1)])
    ordered.run(3)
    assert (ordered.poll(), ordered.futures.ready) == ([], False)
    ordered.run()
    assert ordered.poll() == [5, 1]


def test_a_failure_comes_after_what_was_there_before(ordered):
    ordered.futures.give([count(1), raising(), count(1)])
    ordered.run()
    assert ordered.poll() == [1]
    with pytest.raises(ValueError, match="no"):
        ordered.poll()


@pytest.mark.parametrize("begun", [0, 1, 5])
def test_cancelled_whether_begun_or_not(bench, begun):
    bench.futures.give([asyncio.Event().wait(), count(100)])
    bench.run(begun)
    bench.futures.cancel()
    bench.run()
    assert bench.futures.closed.is_set()
    assert (bench.futures.ready, asyncio.all_tasks(bench.loop)) == (False, set())
    bench.futures.cancel()


def test_what_was_never_attached_closes_at_once():
    futures = Futures(FutureSpec("f", "g", "resolve_futures", "f:1", ordered=False))
    futures.cancel()
    assert futures.closed.is_set()


def test_what_timers_alone_have_made_need_not_end(bench):
    bench.futures.give([count(1)], derived=True)
    assert (bench.futures.done, bench.futures.count) == (True, 1)
    bench.futures.give([count(1)])
    assert not bench.futures.done
    bench.run()
    assert bench.poll() == [1, 1]
    assert (bench.futures.done, bench.futures.count) == (True, 0)


def test_a_crowd(bench):
    bench.futures.give([count(1) for _ in range(MOST)])
    assert bench.futures.crowded
    bench.run()
    bench.poll(1)
    assert not bench.futures.crowded
