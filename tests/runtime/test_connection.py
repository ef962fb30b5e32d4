"""One client's socket: what its owner is told of what comes and goes."""

import asyncio
import socket

import pytest

from hydro_nb.runtime.connection import Connection
from hydro_nb.runtime.framing import LengthDelimited, Lines


class Told:
    """Keeps what a connection says."""

    def __init__(self):
        self.heard_of = []
        self.ended = []

    def heard(self, connection, items, size):
        self.heard_of.append((items, size))

    def left(self, connection, trouble):
        self.ended.append(trouble)

    def over(self, connection):
        self.ended.append("over")

    def moved(self):
        pass


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def connect(loop, told):
    """Give a connection and its client's socket."""
    made = []

    def connect(framing):
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        made.append((Connection(0, ours, framing, loop, told), theirs))
        return made[-1]

    yield connect
    for connection, theirs in made:
        connection.close()
        theirs.close()


def said(connection, theirs, *parts):
    """Let the client say this, and each part be read by itself."""
    for part in parts:
        theirs.sendall(part)
        connection.read()


def test_an_element_is_charged_all_bytes_that_it_took(connect, told):
    connection, theirs = connect(LengthDelimited(1000))
    frame = b"\0\0\0\x08" + b"x" * 8
    said(connection, theirs, frame[:-1], frame[-1:], frame + frame[:2], frame[2:])
    assert told.heard_of == [([], 0), ([b"x" * 8], 12), ([b"x" * 8], 14), ([b"x" * 8], 10)]


def test_the_last_line_is_charged_too(connect, told):
    connection, theirs = connect(Lines(1000))
    said(connection, theirs, b"a\nbc", b"de")
    theirs.shutdown(socket.SHUT_WR)
    connection.read()
    assert told.heard_of == [(["a"], 4), ([], 0), (["bcde"], 2)]


def test_what_came_before_nonsense_is_charged(connect, told):
    connection, theirs = connect(Lines(1000))
    said(connection, theirs, b"a\n\xff\n")
    assert told.heard_of == [(["a"], 4)]
    assert told.ended == ["a line is no UTF-8: byte 0xff at 0"]
