"""Threads ring, coroutines wake."""

from __future__ import annotations

import asyncio
import threading

from hydro_nb.deploy.bell import Bell


def ring(bell, rows=None):
    with bell:
        if rows is not None:
            rows.append(1)
        bell.notify_all()


def test_a_coroutine_looks_again_after_a_ring_and_only_then():
    bell, rows, looks = Bell(), [], []
    asked = threading.Event()

    def done():
        looks.append(len(rows))
        asked.set()
        return bool(rows)

    def other():
        asked.wait()
        ring(bell, rows)

    thread = threading.Thread(target=other)
    thread.start()
    asyncio.run(bell.until(done))
    thread.join()
    assert looks == [0, 1]


def test_a_ring_between_the_look_and_the_wait_is_not_lost():
    bell, rows = Bell(), []

    def done():
        was = bool(rows)
        if not was:
            ring(bell, rows)
        return was

    asyncio.run(bell.until(done))


def test_a_loop_that_was_closed_does_not_stop_the_ring():
    bell = Bell()
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)
    waiting = loop.create_task(bell.until(lambda: False))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    ring(bell)
    # by hand, as its loop cannot end it any more
    waiting.get_coro().close()
    ring(bell)


def test_one_who_is_cancelled_is_forgotten():
    async def main():
        bell = Bell()
        waiting = asyncio.create_task(bell.until(lambda: False))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert bell._wakers == {}

    asyncio.run(main())
