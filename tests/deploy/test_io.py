"""The one I/O thread."""

from __future__ import annotations

import contextvars
import os
import threading

import pytest

from hydro_nb.deploy.io import hydro_io


def test_there_is_one_and_it_is_a_daemon():
    io = hydro_io()
    assert hydro_io() is io
    assert [t.daemon for t in threading.enumerate() if t.name == "hydro-io"] == [True]


def test_work_runs_in_the_thread_in_an_empty_context():
    marker = contextvars.ContextVar("marker", default="clean")
    marker.set("a cell's")
    io = hydro_io()
    assert io.call(lambda: (io.here, marker.get())) == (True, "clean")
    assert not io.here


def test_an_exception_comes_back_and_the_thread_lives(capsys):
    io = hydro_io()
    with pytest.raises(ZeroDivisionError):
        io.call(lambda: 1 // 0)
    assert io.call(lambda: 2) == 2


def test_a_ticker_ticks_until_it_is_cancelled():
    io = hydro_io()
    ticked, threads = threading.Semaphore(0), set()

    def tick():
        threads.add(threading.current_thread().name)
        ticked.release()

    timer = io.every(0.001, tick)
    for _ in range(5):
        assert ticked.acquire(timeout=60)
    timer.cancel()
    io.call(lambda: None)
    assert threads == {"hydro-io"}


def test_a_descriptor_is_watched_until_forgotten():
    io = hydro_io()
    read, write = os.pipe()
    got = threading.Event()
    seen = []

    def ready():
        seen.append(os.read(read, 10))
        got.set()

    io.call(lambda: io.watch(read, ready))
    os.write(write, b"x")
    assert got.wait(60)
    io.call(lambda: io.forget(read))
    io.call(lambda: io.forget(read))
    os.close(read)
    os.close(write)
    assert seen == [b"x"]


def test_a_later_callback_comes_once():
    io, came = hydro_io(), threading.Event()
    io.later(0.001, came.set)
    assert came.wait(60)
