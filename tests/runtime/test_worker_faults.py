"""Faults between a worker and what carries its frames, without I/O: held in order, counted where they are lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydro_nb.runtime.channel import read_header
from hydro_nb.runtime.clock import ManualClock
from hydro_nb.runtime.ends import Ends
from hydro_nb.runtime.faults import Faults
from hydro_nb.runtime.lossy import LossySender
from hydro_nb.runtime.wiring import Wiring
from hydro_nb.wire import CREDIT, DATA, END, HEADER, ChannelSpec, CodecSpec, Fault

HERE, THERE, ELSEWHERE = range(3)


def channel(number, name, sender, receiver, **more):
    return ChannelSpec(number, name, name, sender, receiver, name, name, CodecSpec("self-describing"), **more)


CHANNELS = {
    "sure": channel(1, "sure", HERE, THERE),
    "lossy": channel(2, "lossy", HERE, THERE, policy="lossy"),
    "back": channel(3, "back", THERE, HERE),
    "aside": channel(4, "aside", HERE, ELSEWHERE),
}


class Sending:
    """The ends at one peer, the faults before what carries their frames, and what was carried."""

    def __init__(self, max_buffer=1 << 20):
        self.clock, self.carried = ManualClock(), []
        self.ends = Ends(Wiring(tuple(CHANNELS.values()), {}, max_buffer), HERE, {})
        self.faults = Faults(lambda peer, frame: self.carried.append((peer, frame)), self.clock.now, self.ends)

    def sender(self, name):
        return self.ends.senders[CHANNELS[name].id]

    def put(self, name, *items, timer=False):
        """Send elements as a worker does."""
        sender = self.sender(name)
        sender.put([*items], timer=timer)
        sender.pack()
        for frame in sender.take():
            self.faults.send(sender.spec.receiver, frame)

    def tell(self, **told):
        self.faults.tell(Fault(THERE, **told))

    def later(self, seconds):
        self.clock.advance(seconds)
        self.faults.release()

    def arrived(self, name="sure"):
        """Give the elements that were carried on a channel."""
        spec, found = CHANNELS[name], []
        for peer, frame in self.carried:
            fields = read_header(frame)
            if fields[3] == spec.id and fields[1] == DATA:
                assert peer == spec.receiver
                found += self.sender(name).codec.decode(memoryview(frame)[HEADER.size :], fields[7])
        return found


def test_without_a_fault_nothing_is_held():
    sending = Sending()
    assert not sending.faults
    sending.put("sure", 1)
    assert sending.arrived() == [1]
    sending.tell(delay=1)
    assert sending.faults
    sending.tell()
    assert not sending.faults


def test_only_what_goes_to_that_peer_is_held():
    sending = Sending()
    sending.tell(cut=True)
    sending.put("sure", 1)
    sending.put("aside", 2)
    assert (sending.arrived(), sending.arrived("aside")) == ([], [2])
    sending.tell()
    assert sending.arrived() == [1]


def test_a_delay_is_kept_to_the_moment():
    sending = Sending()
    sending.tell(delay=0.5)
    sending.put("sure", 1)
    sending.later(0.25)
    sending.put("sure", 2)
    assert sending.faults.due == 0.5
    sending.later(0.2499)
    assert sending.arrived() == []
    sending.later(0.0001)
    assert sending.arrived() == [1]
    assert sending.faults.due == 0.75
    sending.later(0.25)
    assert sending.arrived() == [1, 2]
    assert sending.faults.due is None
    assert sending.faults


def test_a_shorter_delay_holds_for_what_waits_already_and_a_longer_one_overtakes_nothing():
    sending = Sending()
    sending.tell(delay=10)
    sending.put("sure", 1)
    sending.tell(delay=1)
    sending.put("sure", 2)
    sending.tell(delay=20)
    sending.put("sure", 3)
    sending.later(1)
    assert sending.arrived() == [1, 2]
    sending.tell()
    assert sending.arrived() == [1, 2, 3]


def test_what_is_cut_waits_for_no_time():
    sending = Sending()
    sending.tell(cut=True, delay=1)
    sending.put("sure", 1)
    assert sending.faults.due is None
    sending.later(100)
    assert sending.arrived() == []
    sending.tell(delay=1)
    assert sending.arrived() == [1]


def test_held_elements_are_work_unless_timers_made_them_or_they_are_held_for_good():
    sending = Sending()
    sending.tell(cut=True)
    sending.put("sure", 1, timer=True)
    assert (sending.faults.busy, sending.faults.holding) == (False, True)
    sending.put("sure", 1)
    assert (sending.faults.busy, sending.faults.holding) == (True, True)
    lossy = Sending()
    lossy.tell(cut=True)
    lossy.put("lossy", 1)
    lossy.sender("lossy").end()
    for frame in lossy.sender("lossy").take():
        lossy.faults.send(THERE, frame)
    assert (lossy.faults.busy, lossy.faults.holding) == (False, False)
    lossy.tell()
    assert [read_header(frame)[1] for _, frame in lossy.carried] == [END]


def test_what_answers_a_channel_that_comes_from_there_is_held_as_well():
    sending = Sending()
    sending.tell(cut=True)
    receiver = sending.ends.receivers[CHANNELS["back"].id]
    sending.faults.send(THERE, receiver.frame(CREDIT, 0, 9, 0))
    assert sending.carried == []
    sending.tell()
    assert [read_header(frame)[1] for _, frame in sending.carried] == [CREDIT]


def test_a_link_that_is_severed_gives_up_what_loses_nothing_and_keeps_the_rest():
    sending = Sending()
    sending.tell(cut=True)
    sending.put("sure", 1, 2)
    sending.put("lossy", 3)
    sending.sender("lossy").end()
    for frame in sending.sender("lossy").take():
        sending.faults.send(THERE, frame)
    sending.faults.sever(THERE)
    sender = sending.sender("sure")
    assert (sender.discarded, sending.sender("lossy").discarded) == (2, 1)
    sending.faults.send(THERE, sender.frame(DATA, 0, 2, 1, b"late"))
    sending.tell()
    assert [read_header(frame)[1] for _, frame in sending.carried] == [END]


def test_what_is_lost_takes_no_room():
    sending = Sending(max_buffer=100)
    sending.tell(cut=True)
    for number in range(50):
        sending.put("lossy", "x" * 60, number)
    sender = sending.sender("lossy")
    assert isinstance(sender, LossySender)
    assert (sender.total, sender.discarded, sender.sent, sender.credit) == (100, 100, 0, 100)
    sending.tell()
    sending.put("lossy", 7)
    assert sending.arrived("lossy") == [7]


def test_a_peer_that_has_ended_gets_nothing_and_leaves_no_fault():
    sending = Sending()
    sending.tell(delay=1)
    sending.put("sure", 1)
    sending.faults.forget(THERE)
    assert not sending.faults
    sending.later(2)
    assert sending.carried == []


@pytest.mark.parametrize("sizes", [[100], [1] * 100, [37, 1, 62]])
def test_which_elements_are_dropped_is_the_seeds_choice_and_not_that_of_frames(sizes):
    sending, numbers = Sending(), iter(range(100))
    sending.tell(drop=0.4, seed=3)
    for size in sizes:
        sending.put("lossy", *(next(numbers) for _ in range(size)))
    there = sending.arrived("lossy")
    assert there == KEPT_BY_3
    assert sending.sender("lossy").discarded == 100 - len(there)
    assert sending.faults


def all_of_one_frame():
    sending = Sending()
    sending.tell(drop=0.4, seed=3)
    sending.put("lossy", *range(100))
    return sending.arrived("lossy")


KEPT_BY_3 = all_of_one_frame()

STEPS = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(["sure", "lossy", "aside"])),
    st.tuples(st.just("tell"), st.builds(dict, cut=st.booleans(), delay=st.sampled_from([0.0, 0.5, 3.0]))),
    st.tuples(st.just("drop"), st.sampled_from([0.0, 0.5, 1.0])),
    st.tuples(st.just("later"), st.sampled_from([0.1, 1.0, 5.0])),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_whatever_is_told_what_is_sure_comes_once_and_in_order_and_the_rest_is_counted(steps):
    sending, count, told = Sending(), dict.fromkeys(CHANNELS, 0), {}
    for what, given_ in steps:
        if what == "put":
            sending.put(given_, count[given_])
            count[given_] += 1
        elif what == "later":
            sending.later(given_)
        else:
            told |= {"drop": given_} if what == "drop" else given_
            sending.tell(**told)
    sending.tell()
    assert sending.arrived("sure") == [*range(count["sure"])]
    assert sending.arrived("aside") == [*range(count["aside"])]
    there = sending.arrived("lossy")
    assert there == sorted({*there})
    assert len(there) + sending.sender("lossy").discarded == count["lossy"]
    assert not sending.faults
