"""When frames are read: one by one while they come so, all that are there where several come at a time."""

from __future__ import annotations

from collections import deque

import pytest

from hydro_nb.runtime.clock import ManualClock
from hydro_nb.runtime.intake import ALONE, SELDOM_SECONDS, Intake
from hydro_nb.runtime.zmq_channel import Carrier, new_context


class Socket:
    """Frames that have come; counts how often it is asked whether there are more."""

    def __init__(self):
        self.frames = deque()
        self.asked = 0

    def receive(self):
        return self.frames.popleft() if self.frames else None

    await_next = receive

    @property
    def more(self):
        self.asked += 1
        return bool(self.frames)


class Heard(list):
    hear = list.append


@pytest.fixture
def socket():
    return Socket()


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def intake(socket, heard, clock):
    return Intake(socket, heard, clock.now)


def test_a_conversation_is_read_frame_by_frame_and_seldom_asked_for_more(intake, socket, heard):
    for number in range(10 * ALONE):
        socket.frames.append(number)
        assert intake.await_next()
        assert heard[-1] == number
    assert socket.asked < 10


def test_a_pause_is_told_and_leaves_nothing_unread(intake, socket):
    assert not intake.await_next()
    assert (intake.pending, socket.asked) == (False, 0)


def test_where_several_come_at_a_time_all_are_read_as_long_as_they_do(intake, socket, heard):
    for _ in range(ALONE):
        socket.frames.extend("ab")
        assert intake.await_next()
    assert len(heard) == ALONE
    intake.await_next()
    assert len(heard) == 2 * ALONE
    for _ in range(3):
        socket.frames.extend("abc")
        intake.await_next()
        assert not socket.frames
    socket.frames.append("alone")
    intake.await_next()
    socket.frames.extend("ab")
    intake.await_next()
    assert list(socket.frames) == ["b"]
    assert intake.pending


def test_who_is_behind_reads_once_a_millisecond(intake, socket, heard, clock):
    intake.behind = True
    clock.advance(1)
    for number in range(3):
        socket.frames.append(number)
        intake.read()
    assert heard == [0]
    clock.advance(2 * SELDOM_SECONDS)
    intake.read()
    assert heard == [0, 1, 2]


def test_the_first_that_was_signalled_is_taken_alone(intake, socket, heard):
    socket.frames.extend("ab")
    intake.read_first()
    assert (heard, intake.pending) == (["a"], True)
    intake.read_all()
    assert (heard, intake.pending) == (["a", "b"], False)


def test_a_real_socket_is_waited_for_and_pauses(tmp_path):
    context = new_context()
    place = f"ipc://{tmp_path}/b"
    sender, receiver = Carrier(context, f"ipc://{tmp_path}/a", 1), Carrier(context, place, 1)
    heard = Heard()
    intake = Intake(receiver, heard, ManualClock().now)
    assert not intake.await_next()
    sender.connect({1: place})
    sent = [b"one", b"2" * 70_000, b"3" * 70_000, b"four"]
    for frame in sent:
        sender.send(1, frame)
        while not intake.await_next():
            pass
    assert [bytes(frame) for frame in heard] == sent
    assert not intake.await_next()
    for each in (sender, receiver):
        each.close()
    context.term()
