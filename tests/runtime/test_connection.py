"""One client's socket: what its owner is told of what comes and goes."""

import asyncio
import re
import socket

import pytest

from hydro_nb.runtime.connection import Connection
from hydro_nb.runtime.framing import LengthDelimited, Lines


class Told:
    """Keeps what a connection says."""

    def __init__(self):
        self.heard_of = []
        self.ended = []
        self.lost_count = 0

    def heard(self, connection, items, size):
        self.heard_of.append((items, size))

    def left(self, connection, trouble):
        self.ended.append(trouble)

    def over(self, connection):
        self.ended.append("over")

    def moved(self):
        pass

    def lost(self, count):
        self.lost_count += count


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


def everything(theirs):
    """Read until the other side closes."""
    data = b""
    while more := theirs.recv(2**16):
        data += more
    return data


def test_what_is_cut_off_is_counted(connect, told):
    connection, theirs = connect(Lines(1000))
    for _ in range(2):
        connection.write([b"%06d\n" % number for number in range(100_000)])
    connection.close()
    assert told.ended == ["", "over"]
    assert 100_000 < told.lost_count < 200_000
    assert len(everything(theirs)) // 7 == 200_000 - told.lost_count
    connection.write([b"a\n", b"b\n"])
    assert len(everything(theirs)) == 0


def test_what_comes_after_the_end_is_counted(connect, told):
    connection, _theirs = connect(Lines(1000))
    connection.close()
    connection.write([b"a\n", b"b\n"])
    assert told.lost_count == 2


def test_who_reads_nothing_while_the_flow_drains_is_given_up(connect, told, loop, monkeypatch):
    monkeypatch.setattr("hydro_nb.runtime.connection.STALL_SECONDS", 0.001)
    connection, theirs = connect(Lines(1000))
    connection.write([b"x" * 500_000])
    connection.drain()
    while not told.ended:
        loop.run_until_complete(asyncio.sleep(0))
    assert re.fullmatch("it has read nothing for 0.001 seconds, and .* bytes wait for it", told.ended[0])
    assert told.lost_count == 1
    assert everything(theirs)


def test_what_was_sent_arrives_although_something_is_unread(connect, told):
    connection, theirs = connect(Lines(1000))
    connection.write([b"answer\n"])
    theirs.sendall(b"more\n")
    connection.part()
    assert everything(theirs) == b"answer\n"


@pytest.fixture
def hasty(monkeypatch):
    """Let who needs no answer go at once."""
    monkeypatch.setattr("hydro_nb.runtime.connection.LINGER_SECONDS", 1e-9)


def turn(loop):
    for _ in range(10):
        loop.run_until_complete(asyncio.sleep(0))


def half_closed(connection, theirs, said=b""):
    """Let the client say this, and that it says no more."""
    theirs.sendall(said)
    theirs.shutdown(socket.SHUT_WR)
    while connection.listens:
        connection.read()


@pytest.mark.usefixtures("hasty")
def test_who_is_owed_an_answer_is_kept_until_it_has_come(connect, told, loop):
    connection, theirs = connect(Lines(1000))
    half_closed(connection, theirs, b"a\nb\n")
    connection.owed = 2
    for _ in range(2):
        turn(loop)
        assert told.ended == [""]
        connection.write([b"answer\n"])
    turn(loop)
    assert told.ended == ["", "over"]
    assert everything(theirs) == b"answer\nanswer\n"


@pytest.mark.usefixtures("hasty")
def test_who_is_owed_nothing_is_let_go(connect, told, loop):
    connection, theirs = connect(Lines(1000))
    half_closed(connection, theirs)
    turn(loop)
    assert told.ended == ["", "over"]
