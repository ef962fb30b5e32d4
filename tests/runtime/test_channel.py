"""The two ends of a channel, without I/O."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.errors import ChannelBroken, DecodeError
from hydro_nb.runtime.channel import MAX_BYTES, MAX_ITEMS, Receiver, Sender, read_header
from hydro_nb.runtime.codec import make_codec
from hydro_nb.runtime.sender import CYCLE_BYTES
from hydro_nb.wire import BROKEN, CREDIT, DATA, END, HEADER, TIMER_DERIVED, VERSION, ChannelSpec, CodecSpec, peer


class Words:
    """A codec for words without spaces."""

    def encode(self, items):
        return " ".join(items).encode()

    def decode(self, body, count):
        return bytes(body).decode().split(" ")


def spec(**more):
    return ChannelSpec(4, "words", "edge", 0, 1, "out", "in", CodecSpec("msgpack", "T"), **more)


def pair(max_buffer=1 << 20, **more):
    return Sender(spec(**more), Words(), (3, 5), max_buffer), Receiver(spec(**more), Words(), (3, 5), max_buffer)


def carry(sender, receiver):
    """Let frames and replies pass until nothing moves; give what was taken, each frame's elements apart."""
    taken = []
    while frames := sender.take():
        for frame in frames:
            receiver.hear(read_header(frame), frame)
        while receiver.queue:
            taken.append(receiver.take()[0])
        for frame in receiver.replies():
            sender.hear(read_header(frame))
    return taken


word = st.text("abc", min_size=1, max_size=40)


@given(st.lists(st.lists(word, min_size=1), max_size=30), st.integers(1, 4000))
def test_everything_arrives_in_order_through_any_buffer(batches, max_buffer):
    sender, receiver = pair(max_buffer)
    taken = []
    for batch in batches:
        sender.put(list(batch))
        sender.pack()
        taken += carry(sender, receiver)
    sender.end()
    taken += carry(sender, receiver)
    assert [item for items in taken for item in items] == [item for batch in batches for item in batch]
    assert receiver.ended
    assert sender.acknowledged
    assert not sender.busy


@given(st.lists(st.text("x", min_size=1, max_size=20_000), min_size=1, max_size=60))
def test_frames_are_bounded(items):
    sender, _ = pair(1 << 30)
    sender.put(list(items))
    sender.pack()
    for frame in sender.take():
        count = read_header(frame)[7]
        assert count <= MAX_ITEMS
        assert len(frame) - HEADER.size <= MAX_BYTES or count == 1


def test_many_small_elements_go_1024_to_a_frame():
    sender, _ = pair()
    sender.put(["a"] * 3000)
    sender.pack()
    assert [read_header(frame)[7] for frame in sender.take()] == [1024, 1024, 952]


def test_a_codec_that_learns_its_schema_encodes_its_first_element_alone():
    learning = ChannelSpec(4, "words", "edge", 0, 1, "out", "in", CodecSpec("bincode"))
    sender = Sender(learning, Words())
    sender.put(["a"] * 2000)
    sender.pack()
    counts = [read_header(frame)[7] for frame in sender.take()]
    assert counts[0] == 1
    assert sum(counts) == 2000


def test_without_credit_nothing_leaves_and_one_large_element_still_passes():
    sender, receiver = pair(100)
    sender.put(["x" * 1000])
    sender.put(["y"])
    sender.pack()
    (frame,) = sender.take()
    assert not sender.take() or not sender.blocked
    receiver.hear(read_header(frame), frame)
    assert receiver.replies() == []
    assert receiver.take()[0][0] == "x" * 1000
    (credit,) = receiver.replies()
    assert read_header(credit)[1] == CREDIT
    sender.hear(read_header(credit))
    assert sender.credit == 100


def test_elements_from_timers_alone_travel_apart():
    sender, receiver = pair()
    sender.put(["a"], timer=True)
    sender.put(["b"])
    sender.pack()
    frames = sender.take()
    assert [read_header(frame)[2] for frame in frames] == [TIMER_DERIVED, 0]
    for frame in frames:
        receiver.hear(read_header(frame), frame)
    assert [receiver.take(), receiver.take()] == [(["a"], True), (["b"], False)]
    assert (sender.sent, sender.timer_sent, receiver.received, receiver.timer_received) == (1, 1, 1, 1)


def frames_of(count):
    sender, receiver = pair()
    for n in range(count):
        sender.put([f"w{n}"])
        sender.pack()
    return sender.take(), receiver


def test_a_gap_breaks_the_channel():
    (first, _, third), receiver = frames_of(3)
    receiver.hear(read_header(first), first)
    with pytest.raises(ChannelBroken, match=r"`words`: frame 2 is missing \(frame 3 came where 2 was due\).* a prefix"):
        receiver.hear(read_header(third), third)


def test_a_repeat_breaks_the_channel():
    (first,), receiver = frames_of(1)
    receiver.hear(read_header(first), first)
    with pytest.raises(ChannelBroken, match="frame 1 repeats"):
        receiver.hear(read_header(first), first)


def test_another_life_of_the_sender_is_refused():
    (frame,), _ = frames_of(1)
    with pytest.raises(DecodeError, match="between epochs 3 and 5 was refused; this channel lives between 4 and 5"):
        Receiver(spec(), Words(), (4, 5)).hear(read_header(frame), frame)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_frame_or_a_decode_error(raw):
    _, receiver = pair()
    with contextlib.suppress(DecodeError, ChannelBroken):
        receiver.hear(read_header(raw), raw)


def test_a_count_that_does_not_fit_the_body_breaks_the_channel():
    _, receiver = pair()
    frame = HEADER.pack(VERSION, DATA, 0, 4, 3, 5, 1, 3) + b"a b"
    receiver.hear(read_header(frame), frame)
    with pytest.raises(ChannelBroken, match="a frame of 3 elements holds 2"):
        receiver.take()


def test_a_failing_sender_says_so():
    sender, receiver = pair()
    sender.put(["a"])
    sender.end("`A` failed: no")
    data, end = sender.take()
    assert read_header(end)[1:3] == (END, BROKEN)
    for frame in (data, end):
        receiver.hear(read_header(frame), frame)
    assert receiver.take()[0] == ["a"]
    assert receiver.reason == "`A` failed: no"


def test_what_is_put_after_the_receiver_is_gone_is_counted_and_dropped():
    sender, _ = pair()
    sender.put(["a", "b"])
    sender.cut("killed")
    sender.put(["c"])
    sender.pack()
    assert sender.take() == []
    assert (sender.total, sender.discarded) == (2, 3)


def test_a_cycle_that_grows_without_bound_is_an_error():
    sender, _ = pair(60, cyclic=True)
    sender.put(["x" * 50])
    sender.pack()
    assert len(sender.take()) == 1
    while sender.held_bytes <= CYCLE_BYTES:
        sender.put(["y" * MAX_BYTES])
        sender.pack()
    sender.put(["y" * MAX_BYTES])
    with pytest.raises(ChannelBroken, match=r"part of a cycle .*max_buffer=60"):
        sender.pack()
    assert CYCLE_BYTES < sender.held_bytes < CYCLE_BYTES + 4 * MAX_BYTES


def test_what_one_tick_makes_for_a_cycle_may_be_large():
    sender, _ = pair(60, cyclic=True)
    sender.put(["x" * CYCLE_BYTES, "y" * CYCLE_BYTES])
    sender.pack()
    assert len(sender.take()) == 1
    sender.put(["z" * MAX_BYTES])
    sender.pack()
    assert sender.held_bytes > CYCLE_BYTES


def test_a_receiver_that_takes_nothing_more_lets_its_sender_go_on():
    sender, receiver = pair(100)
    sender.put(["aaaa"] * 2000)
    sender.pack()
    for frame in sender.take():
        receiver.hear(read_header(frame), frame)
    assert sender.blocked
    receiver.cut("nobody reads it", discard=True)
    sender.end()
    for frame in receiver.replies():
        sender.hear(read_header(frame))
    assert carry(sender, receiver) == []
    assert not sender.busy
    assert sender.acknowledged


def test_while_a_flow_drains_credit_does_not_wait_for_the_reader():
    sender, receiver = pair(100)
    sender.put(["aaaa"] * 3000)
    sender.pack()
    receiver.release()
    receiver.release()
    while frames := sender.take():
        for frame in frames:
            receiver.hear(read_header(frame), frame)
        for frame in receiver.replies():
            sender.hear(read_header(frame))
    assert not sender.busy
    assert sum(len(receiver.take()[0]) for _ in range(len(receiver.queue))) == 3000
    assert receiver.replies() == []


def test_a_frame_may_be_taken_in_parts_and_is_paid_for_when_it_is_gone():
    sender, receiver = pair(max_buffer=64)
    sender.put(["a", "b", "c", "d", "e"])
    sender.pack()
    (frame,) = sender.take()
    receiver.hear(read_header(frame), frame)
    assert receiver.take(2) == (["a", "b"], False)
    assert (receiver.queued, receiver.received, receiver.owes) == (3, 2, False)
    assert receiver.take(2) == (["c", "d"], False)
    assert receiver.take(2) == (["e"], False)
    assert (receiver.queued, receiver.received, receiver.owes) == (0, 5, True)
    assert not receiver.queue


def test_what_is_left_of_a_frame_goes_with_what_is_discarded():
    sender, receiver = pair()
    sender.put(["a", "b", "c"])
    sender.pack()
    for frame in sender.take():
        receiver.hear(read_header(frame), frame)
    receiver.take(1)
    receiver.cut("gone", discard=True)
    assert (receiver.queued, receiver.held_bytes, list(receiver.queue)) == (0, 0, [])


def test_what_cannot_be_decoded_is_told_with_the_member_that_sent_it():
    of_cluster = msgspec.structs.replace(spec(), sender=peer(0, 3), sender_tag="Worker")
    receiver = Receiver(of_cluster, Words(), (1, 1))
    frame = receiver.frame(DATA, 0, 1, 2, b"a")
    receiver.hear(read_header(frame), frame)
    with pytest.raises(ChannelBroken, match="a frame of 2 elements holds 1"):
        receiver.take()
    refuses = Receiver(of_cluster, make_codec(CodecSpec("msgpack"), int, where="channel `c`"), (1, 1))
    refuses.hear(read_header(frame), frame)
    with pytest.raises(ChannelBroken, match=r"^channel `c`: a frame cannot be decoded: .*, sent by member 3$"):
        refuses.take()
