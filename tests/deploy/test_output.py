"""The reading end of a stream: everything once, in portions that let others have their turn."""

from __future__ import annotations

import fcntl
import os
import threading

import pytest

from hydro_nb.deploy.io import hydro_io
from hydro_nb.deploy.output import CHUNK, ROOM, Output
from hydro_nb.telemetry.blocks import Author
from hydro_nb.telemetry.logs import Logs


@pytest.fixture
def pipe():
    """Both ends; the writing one may be closed by the test."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    file = os.fdopen(writing, "wb", buffering=0)
    yield reading, file
    file.close()
    os.close(reading)


def output(fd):
    return Output(fd, Author("A", None, "stdout"), hydro_io(), Logs())


def texts(blocks):
    return [line.text for block in blocks for line in block.lines()]


def test_what_is_in_the_pipe_is_read_and_a_part_of_a_line_waits(pipe):
    reading, writing = pipe
    out = output(reading)
    writing.write(b"one\ntw")
    assert texts(out.read()) == ["one"]
    assert texts(out.read()) == []
    writing.write(b"o\nthree")
    assert texts(out.last()) == ["two", "three"]


def test_a_pipe_that_is_found_full_gets_more_room_which_one_reading_empties(pipe):
    reading, writing = pipe
    out = output(reading)
    writing.write(b"x" * (CHUNK - 1) + b"\n")
    assert len(texts(out.read())) == 1
    room = fcntl.fcntl(reading, fcntl.F_GETPIPE_SZ)
    assert room in (ROOM, CHUNK)
    os.set_blocking(writing.fileno(), False)
    written = writing.write(b"line\n" * room)
    assert sum(block.size for block in out.read()) + len(out.last()[0].raw) - 1 == written
    assert out.read() == []


def test_nothing_is_read_while_there_is_a_crowd_of_it(pipe):
    reading, writing = pipe
    asked, crowd, came = threading.Event(), [True], threading.Event()
    heard = []

    def crowded():
        asked.set()
        return bool(crowd)

    out = output(reading)
    writing.write(b"one\n")
    hydro_io().call(lambda: out.watch(lambda blocks: (heard.extend(texts(blocks)), came.set()), crowded))
    try:
        assert asked.wait(60)
        assert heard == []
        crowd.clear()
        assert came.wait(60)
        assert heard == ["one"]
    finally:
        hydro_io().call(out.close)


def test_reading_ends_though_somebody_writes_without_end(pipe):
    reading, writing = pipe
    over = threading.Event()

    def write():
        while not over.is_set():
            writing.write(b"some text\n" * 6000)

    out = output(reading)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(20):
            assert sum(block.size for block in out.read()) <= ROOM + CHUNK
    finally:
        over.set()
        while writer.is_alive():
            out.read()
        writer.join()


def test_a_flood_is_read_whole_and_in_order_by_the_thread(pipe):
    reading, writing = pipe
    lines, whole = [], threading.Event()

    def printed(blocks):
        lines.extend(texts(blocks))
        if len(lines) == 20_000:
            whole.set()

    out = output(reading)
    hydro_io().call(lambda: out.watch(printed))
    for n in range(20_000):
        writing.write(b"%d\n" % n)
    assert whole.wait(60)
    hydro_io().call(out.close)
    assert lines == [str(n) for n in range(20_000)]


def test_its_end_is_noticed(pipe):
    reading, writing = pipe
    out = output(reading)
    writing.write(b"last\n")
    writing.close()
    assert texts(out.read()) == ["last"]
    assert not out.open
