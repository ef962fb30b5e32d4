"""What ZeroMQ does of itself must not join what has been parted: nothing resumes behind a gap."""

from __future__ import annotations

import select

import pytest

from hydro_nb.runtime.zmq_channel import LARGE, Carrier, new_context

SECONDS = 60


@pytest.fixture
def context():
    made = new_context()
    yield made
    made.term()


def received(carrier):
    """Give the next frame, however long it takes to come."""
    poll = select.poll()
    poll.register(carrier.fd, select.POLLIN)
    while (frame := carrier.receive()) is None:
        assert poll.poll(SECONDS * 1000), "nothing came"
    return frame


def test_a_receiver_that_comes_back_to_the_same_place_gets_nothing_of_what_was_meant_for_the_first(context, tmp_path):
    place = f"ipc://{tmp_path}/b"
    sender, other = Carrier(context, f"ipc://{tmp_path}/a", 2), Carrier(context, f"ipc://{tmp_path}/c", 2)
    first = Carrier(context, place, 2)
    sender.connect({1: place})
    sender.send(1, b"1")
    assert received(first) == b"1"
    first.close()
    for number in range(1000):
        sender.send(1, b"%d" % number)
    second = Carrier(context, place, 2)
    other.connect({1: place})
    for number in range(1000):
        sender.send(1, b"later %d" % number)
    other.send(1, b"of somebody else")
    assert received(second) == b"of somebody else"
    assert second.receive() is None
    for each in (sender, other, second):
        each.close()


def test_frames_of_any_size_pass_and_keep_their_order(context, tmp_path):
    place = f"ipc://{tmp_path}/b"
    sender, receiver = Carrier(context, f"ipc://{tmp_path}/a", 2), Carrier(context, place, 2)
    sender.connect({1: place})
    frames = [bytes([n]) * size for n, size in enumerate([0, 1, 1 << 16, 5 << 20, 3, 64 << 20, 7])]
    for frame in frames:
        sender.send(1, frame)
    for frame in frames:
        assert received(receiver) == frame
    sender.close()
    receiver.close()


def test_a_large_frame_behind_a_large_one_stays_where_it_has_come(context, tmp_path):
    place = f"ipc://{tmp_path}/b"
    sender, receiver = Carrier(context, f"ipc://{tmp_path}/a", 2), Carrier(context, place, 2)
    sender.connect({1: place})
    for size in (LARGE, LARGE, 5, 6):
        sender.send(1, bytes(size))
    frames = [received(receiver) for _ in range(4)]
    assert [*map(type, frames)] == [bytes, memoryview, memoryview, bytes]
    assert frames[1].readonly
    sender.close()
    receiver.close()
