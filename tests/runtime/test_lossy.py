"""The ends of a channel that may lose, without I/O: whatever becomes of their frames, nothing is invented."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydro_nb.errors import ChannelBroken, DecodeError
from hydro_nb.runtime.channel import Receiver, Sender, read_header
from hydro_nb.runtime.lossy import WINDOW, LossyReceiver, LossySender
from hydro_nb.runtime.wiring import Codecs, Wiring
from hydro_nb.wire import CREDIT, DATA, END, HEADER, HELLO, TIMER_DERIVED, VERSION, ChannelSpec, CodecSpec

LIVES = {0: 3, 1: 5}
POLICIES = {
    "fail_stop": {"policy": "fail_stop"},
    "TCP.lossy": {"policy": "lossy"},
    "UDP.lossy": {"policy": "lossy", "ordered": False},
    "lossy_delayed_forever": {"policy": "lossy_delayed_forever", "ordered": False},
}
LOSSY = [name for name in POLICIES if name != "fail_stop"]


def pair(name, max_buffer=1 << 20, **more):
    spec = ChannelSpec(4, "words", "edge", 0, 1, "out", "in", CodecSpec("self-describing"), **POLICIES[name], **more)
    wiring = Wiring((spec,), LIVES, max_buffer)
    (sender,), (receiver,) = wiring.senders(0, Codecs({})).values(), wiring.receivers(1, Codecs({})).values()
    return sender, receiver


def put(sender, *items, timer=False):
    sender.put([*items], timer=timer)
    sender.pack()
    return sender.take()


def hear(receiver, frame):
    receiver.hear(read_header(frame), frame)


def taken(receiver):
    items = []
    while receiver.queue:
        items += receiver.take()[0]
    return items


# ---------------------------------------------------------------- whatever becomes of frames


class Weather:
    """A network that does what it is told to each frame; elements are numbers, so that each is known again."""

    def __init__(self, name, max_buffer):
        self.sender, self.receiver = pair(name, max_buffer)
        self.there, self.back = [], []
        self.count = 0
        self.taken = []
        self.arrived = set()
        self.lost = 0
        self.broken = False

    def put(self, many):
        numbers = list(range(self.count, self.count + many))
        self.count += many
        self.there += put(self.sender, *numbers)

    def deliver(self, at, *, again):
        """Let any of the frames under way arrive; perhaps it is still under way then."""
        if self.there:
            at %= len(self.there)
            self.hear(self.there[at] if again else self.there.pop(at))

    def hear(self, frame):
        self.arrived.add(frame)
        try:
            hear(self.receiver, frame)
        except ChannelBroken as error:
            self.broken = True
            self.receiver.cut(str(error))

    def lose(self, at):
        if self.there:
            frame = self.there.pop(at % len(self.there))
            self.lost += 0 if frame in self.arrived else read_header(frame)[7]

    def take(self, limit):
        if self.receiver.queue:
            self.taken += self.receiver.take(limit)[0]

    def answer(self, *, lost):
        """The receiver says how far it is, which may be lost as well."""
        self.back += self.receiver.replies()
        while self.back:
            frame = self.back.pop(0)
            if not lost:
                self.sender.hear(read_header(frame))


STEPS = st.one_of(
    st.tuples(st.just("put"), st.integers(1, 5)),
    st.tuples(st.just("deliver"), st.integers(0, 20), st.booleans()),
    st.tuples(st.just("lose"), st.integers(0, 20)),
    st.tuples(st.just("take"), st.integers(1, 5)),
    st.tuples(st.just("answer"), st.booleans()),
)


def played(name, steps, max_buffer):
    weather = Weather(name, max_buffer)
    for verb, *how in steps:
        if verb == "deliver":
            weather.deliver(how[0], again=how[1])
        elif verb == "answer":
            weather.answer(lost=how[0])
        else:
            getattr(weather, verb)(*how)
    return weather


few = settings(max_examples=40)
weathers = given(st.lists(STEPS, max_size=60), st.integers(40, 600))


@few
@weathers
def test_fail_stop_gives_a_prefix(steps, max_buffer):
    weather = played("fail_stop", steps, max_buffer)
    weather.taken += taken(weather.receiver)
    assert weather.taken == list(range(len(weather.taken)))


@few
@weathers
def test_tcp_lossy_gives_a_subsequence(steps, max_buffer):
    weather = played("TCP.lossy", steps, max_buffer)
    weather.taken += taken(weather.receiver)
    assert weather.taken == sorted(set(weather.taken))
    assert set(weather.taken) <= set(range(weather.count))
    assert not weather.broken


@pytest.mark.parametrize("name", ["UDP.lossy", "lossy_delayed_forever"])
@few
@weathers
def test_without_an_order_nothing_comes_twice_and_nothing_is_invented(name, steps, max_buffer):
    weather = played(name, steps, max_buffer)
    weather.taken += taken(weather.receiver)
    assert not Counter(weather.taken) - Counter(range(weather.count))
    assert not weather.broken


@pytest.mark.parametrize("name", LOSSY)
@few
@weathers
def test_every_element_is_accounted_for(name, steps, max_buffer):
    weather = played(name, steps, max_buffer)
    while weather.there:
        weather.deliver(0, again=False)
    weather.taken += taken(weather.receiver)
    sender, receiver = weather.sender, weather.receiver
    assert weather.count == len(weather.taken) + sender.discarded + receiver.discarded + weather.lost
    assert sender.sent == receiver.received + weather.lost
    assert receiver.held_bytes == receiver.queued == sender.held_bytes == 0
    assert not sender.busy


@pytest.mark.parametrize("name", LOSSY)
@few
@weathers
def test_after_any_weather_elements_arrive_again(name, steps, max_buffer):
    weather = played(name, steps, max_buffer)
    refused = weather.count
    while weather.there:
        weather.lose(0)
    for _ in range(2 * refused + 2):
        weather.put(1)
        while weather.there:
            weather.deliver(0, again=False)
        weather.taken += taken(weather.receiver)
        weather.answer(lost=False)
    assert weather.taken[-1] == weather.count - 1


@pytest.mark.parametrize("name", LOSSY)
@few
@given(steps=st.lists(STEPS, max_size=60))
def test_what_lies_at_the_receiver_is_bounded(name, steps):
    weather = played(name, [step for step in steps if step[0] != "take"], 200)
    largest = max((len(frame) for frame, *_ in weather.receiver.queue), default=0)
    assert weather.receiver.held_bytes < 200 + largest


# ---------------------------------------------------------------- one thing at a time


@pytest.mark.parametrize("name", POLICIES)
def test_the_policy_decides_which_ends_there_are(name):
    ends = (Sender, Receiver) if name == "fail_stop" else (LossySender, LossyReceiver)
    assert tuple(map(type, pair(name))) == ends


def test_without_room_it_discards_and_goes_on():
    sender, receiver = pair("TCP.lossy", 100)
    (first,) = put(sender, "x" * 200)
    assert [read_header(frame)[1] for frame in put(sender, "y")] == [HELLO]
    assert (sender.discarded, sender.blocked, sender.busy, sender.sent, sender.total) == (1, False, False, 1, 2)
    hear(receiver, first)
    assert taken(receiver) == ["x" * 200]
    (credit,) = receiver.replies()
    sender.hear(read_header(credit))
    assert sender.credit == 100
    (third,) = put(sender, "z")
    hear(receiver, third)
    assert taken(receiver) == ["z"]


def test_what_timers_alone_made_is_discarded_as_such():
    sender, _ = pair("UDP.lossy", 1)
    assert len(put(sender, "a", timer=True)) == 1
    put(sender, "b", "c", timer=True)
    assert (sender.timer_sent, sender.sent, sender.discarded) == (1, 0, 2)


def test_a_frame_of_timers_that_comes_too_late_is_accounted_as_such():
    sender, receiver = pair("TCP.lossy")
    (late,), (newer,) = put(sender, "a", timer=True), put(sender, "b")
    hear(receiver, newer)
    hear(receiver, late)
    assert taken(receiver) == ["b"]
    assert (receiver.timer_received, receiver.received, receiver.discarded) == (1, 1, 1)


def test_it_asks_ever_more_rarely():
    sender, _ = pair("TCP.lossy", 1)
    put(sender, "a")
    asked = [n for n in range(1, 100) if put(sender, "b")]
    assert asked == [1, 2, 4, 8, 16, 32, 64]


@pytest.mark.parametrize("name", LOSSY)
def test_a_cycle_without_room_discards(name):
    sender, _ = pair(name, 60, cyclic=True)
    put(sender, "x" * 60)
    put(sender, *["y" * 60] * 5)
    assert sender.discarded == 5


def test_an_older_frame_is_dropped_where_the_order_is_kept():
    sender, receiver = pair("TCP.lossy")
    (first,), (second,) = put(sender, 1), put(sender, 2)
    for frame in (second, first):
        hear(receiver, frame)
    assert taken(receiver) == [2]
    assert receiver.discarded == 1


def test_an_older_frame_is_taken_where_it_is_not():
    sender, receiver = pair("UDP.lossy")
    (first,), (second,) = put(sender, 1), put(sender, 2)
    for frame in (second, first, second, first):
        hear(receiver, frame)
    assert taken(receiver) == [2, 1]
    assert receiver.discarded == 0


def test_a_frame_from_before_the_window_is_not_taken():
    sender, receiver = pair("UDP.lossy")
    frames = [frame for n in range(WINDOW + 1) for frame in put(sender, n)]
    hear(receiver, frames[-1])
    hear(receiver, frames[0])
    hear(receiver, frames[1])
    assert taken(receiver) == [WINDOW, 1]


@pytest.mark.parametrize("name", LOSSY)
def test_frames_of_another_life_are_dropped(name):
    sender, receiver = pair(name)
    frame = HEADER.pack(VERSION, DATA, 0, 4, 2, 5, 1, 7)
    hear(receiver, frame)
    assert (taken(receiver), receiver.discarded, receiver.ended) == ([], 7, False)
    put(sender, "a")
    credit = sender.credit
    sender.hear(read_header(HEADER.pack(VERSION, CREDIT, 0, 4, 3, 4, 1, 0)))
    assert sender.credit == credit


@pytest.mark.parametrize("name", LOSSY)
def test_a_frame_that_cannot_be_decoded_costs_itself_alone(name):
    sender, receiver = pair(name)
    bad = HEADER.pack(VERSION, DATA, 0, 4, 3, 5, 1, 3) + b"\xc1"
    timed = HEADER.pack(VERSION, DATA, TIMER_DERIVED, 4, 3, 5, 2, 2) + b"\xc1"
    sender._sequence = 2
    hear(receiver, bad)
    hear(receiver, timed)
    with pytest.raises(DecodeError, match=r"channel `words`: .* the 3 elements of this frame are lost"):
        receiver.take()
    with pytest.raises(DecodeError, match="the 2 elements"):
        receiver.take(1)
    (good,) = put(sender, "a")
    hear(receiver, good)
    assert receiver.take() == (["a"], False)
    assert (receiver.discarded, receiver.received, receiver.timer_received) == (5, 4, 2)
    assert (receiver.held_bytes, receiver.queued, receiver.ended) == (0, 0, False)


def test_a_frame_of_an_unknown_kind_is_refused():
    _, receiver = pair("UDP.lossy")
    with pytest.raises(DecodeError, match="`words`: its sender sent a frame of kind 9"):
        hear(receiver, HEADER.pack(VERSION, 9, 0, 4, 3, 5, 1, 3))


@pytest.mark.parametrize("name", LOSSY)
def test_it_ends_and_is_told_so(name):
    sender, receiver = pair(name)
    put(sender, "a")
    sender.end("`A` failed: no")
    (end,) = sender.take()
    assert read_header(end)[1] == END
    hear(receiver, end)
    (acknowledged,) = receiver.replies()
    sender.hear(read_header(acknowledged))
    assert (receiver.ended, receiver.reason, sender.acknowledged) == (True, "`A` failed: no", True)


def test_an_end_is_acknowledged_by_who_takes_nothing_more():
    sender, receiver = pair("TCP.lossy")
    receiver.cut("closed", discard=True)
    sender.end()
    for frame in (*put(sender), *sender.take()):
        hear(receiver, frame)
    (acknowledged,) = receiver.replies()
    sender.hear(read_header(acknowledged))
    assert sender.acknowledged
    assert receiver.reason == "closed"


def test_hellos_greet():
    sender, receiver = pair("UDP.lossy")
    hear(receiver, sender.hello())
    sender.hear(read_header(receiver.hello()))
    assert sender.greeted
    assert receiver.greeted
    assert not receiver.owes
