"""A tick that waits: one awaitable, many, an async iterator; also where a loop runs already."""

import asyncio
import signal
import sys
import threading

import pytest

from hydro_nb import HydroError
from hydro_nb.runtime.waiting import Helper, drained, wait_all, wait_for


async def turns(n):
    for _ in range(n):
        await asyncio.sleep(0)
    return n


async def raising(error):
    await asyncio.sleep(0)
    raise error


async def never(cancelled):
    try:
        await asyncio.Event().wait()
    finally:
        cancelled.append(True)


async def letters():
    for letter in "abc":
        await asyncio.sleep(0)
        yield letter


async def later():
    return letters()


class Ready:
    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return "ready"


def test_results():
    assert wait_for(turns(3)) == 3
    assert wait_for(Ready()) == "ready"
    assert wait_all([turns(3), turns(1), Ready()]) == [3, 1, "ready"]
    assert wait_all([]) == []
    assert drained(letters()) == drained(later()) == ["a", "b", "c"]


def test_one_thread_for_all():
    wait_for(turns(1))
    wait_all([turns(1)])
    assert [thread.daemon for thread in threading.enumerate() if thread.name == "hydro-futures"] == [True]


def test_it_waits_where_a_loop_runs():
    async def main():
        return wait_for(turns(2))

    assert asyncio.run(main()) == 2


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), asyncio.CancelledError(), KeyboardInterrupt()])
def test_failures_are_the_callers_and_leave_the_thread_alive(error):
    with pytest.raises(type(error)):
        wait_for(raising(error))
    assert wait_for(turns(1)) == 1


def test_the_first_failure_ends_the_others():
    cancelled = []
    with pytest.raises(ValueError, match="no"):
        wait_all([never(cancelled), raising(ValueError("no"))])
    assert cancelled == [True]


def test_an_interrupt_of_the_caller_cancels():
    cancelled = []
    main = threading.main_thread().ident

    async def interrupting():
        while sys._current_frames()[main].f_code.co_filename != threading.__file__:
            await asyncio.sleep(0)  # until the caller waits
        signal.pthread_kill(main, signal.SIGINT)
        await never(cancelled)

    with pytest.raises(KeyboardInterrupt):
        wait_for(interrupting())
    wait_for(turns(3))
    assert cancelled == [True]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: wait_for(5), r"5 \(int\) is nothing to wait for"),
        (lambda: wait_all([5]), r"5 \(int\) is nothing to wait for"),
        (lambda: drained([5]), r"\[5\] \(list\) is no async iterator"),
    ],
)
def test_what_cannot_be_waited_for(call, text):
    with pytest.raises(HydroError, match=text):
        call()


def test_closing_cancels_and_ends_the_thread():
    cancelled, helper = [], Helper()
    asyncio.run_coroutine_threadsafe(never(cancelled), helper.loop)
    helper.wait(turns(1))
    helper.close()
    assert cancelled == [True]
    assert helper.loop.is_closed()
