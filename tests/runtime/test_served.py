"""A port by itself, on a loop that the test runs: what no client can provoke whenever it likes."""

import asyncio
import os
import resource
import socket
import time
from contextlib import contextmanager

import pytest

from hydro_nb.runtime.served import Served
from hydro_nb.wire import FramingSpec, ServedSpec

SECONDS = 60
LINES = FramingSpec("lines", 1000)


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def served(loop):
    served = Served(
        ServedSpec(
            "port", "bind", "port", "127.0.0.1", 0, many=True, input="in", incoming=LINES, outgoing=LINES, output="out"
        ),
        {},
    )
    served.open()
    served.attach(loop, lambda: None)
    yield served
    served.cancel()
    turn(loop)
    assert served.closed.is_set()


@pytest.fixture
def connect(served):
    """Give another client each time."""
    made = []

    def connect():
        made.append(socket.create_connection(served.address, SECONDS))
        return made[-1]

    yield connect
    for each in made:
        each.close()


def turn(loop):
    """Let the loop do what there is to do."""
    for _ in range(10):
        loop.run_until_complete(asyncio.sleep(0))


def until(loop, holds):
    """Let the loop go on until this is so: what was sent to a socket may come a little later."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        turn(loop)


@contextmanager
def no_descriptors():
    """Let this process open nothing more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_that_there_is_no_room_is_told_once(served, loop, connect, monkeypatch):
    for name in ("RETRY_SECONDS", "RETRY_AT_MOST"):
        monkeypatch.setattr(f"hydro_nb.runtime.served.{name}", 1e-9)
    turn(loop)
    for stretch in range(1, 3):
        client = connect()
        client.sendall(b"hello\n")
        with no_descriptors():
            until(loop, lambda many=stretch: len(served.problems) == many)
            turn(loop)
        assert [*served.problems] == [
            "no further client can connect to port `port`: Too many open files; it is tried again"
        ] * stretch
        inputs = {"in": []}
        until(loop, lambda came=inputs: served.poll(came, 10))
        assert inputs == {"in": [(stretch - 1, "hello")]}


def test_who_has_vanished_is_noticed(served, loop, connect):
    connect()
    until(loop, lambda: served._connections)
    (connection,) = served._connections.values()
    assert connection._socket.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_not_too_many_are_kept_for_an_answer(served, loop, connect, monkeypatch):
    monkeypatch.setattr("hydro_nb.runtime.served.MOST_LINGERING", 2)
    clients = [connect() for _ in range(4)]
    for number, client in enumerate(clients):
        client.sendall(b"hello\n")
        client.shutdown(socket.SHUT_WR)
        until(loop, lambda n=number: n in served._connections and not served._connections[n].listens)
    for client in clients[:2]:
        assert client.recv(1) == b""
    served.give([(3, "hello"), (2, "hello")])
    turn(loop)
    assert [client.recv(10) for client in clients[2:]] == [b"hello\n"] * 2
