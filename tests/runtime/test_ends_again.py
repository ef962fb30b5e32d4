"""An end holds until a process is started again: who said it takes it back, or says it once more."""

from __future__ import annotations

import pytest
from test_worker import ECHO, Bench

from hydro_nb.runtime.channel import Receiver, Sender, read_header
from hydro_nb.runtime.codec import make_codec
from hydro_nb.runtime.lossy import LossyReceiver, LossySender
from hydro_nb.wire import DRY, ChannelSpec, CodecSpec

STRANGER = 5
"""A peer without a channel to the worker."""


class Neighbours(Bench):
    """A worker between a sender and a receiver that hear of others that start again."""

    def started_again(self, peer=STRANGER, epoch=2):
        """Let all hear of a process that was started again."""
        self.worker.joined(peer, epoch)
        self.source.reopen()
        self.sink.revived(epoch)

    def end(self, generation):
        self.source.end(until=generation)
        for frame in self.source.take():
            self.worker.receive(frame)


def test_what_has_ended_goes_on_when_a_process_is_started_again():
    bench = Neighbours(ECHO)
    bench.give([1])
    bench.end(0)
    bench.run()
    assert bench.taken() == [1]
    assert (bench.sink.ended, bench.sink.dry, bench.sink.reason) == (True, False, "")
    bench.started_again()
    assert not bench.sink.ended
    bench.run()
    assert not bench.sink.ended
    bench.give([2])
    bench.run()
    assert bench.taken() == [2]
    bench.end(2)
    bench.run()
    assert bench.sink.ended
    assert bench.worker.senders[2].sent == 2


def test_who_has_nothing_more_all_the_same_says_so_again():
    bench = Neighbours(ECHO)
    bench.end(0)
    bench.run()
    bench.started_again()
    bench.end(2)
    bench.run()
    assert bench.sink.ended
    bench.taken()
    assert bench.worker.delivered


def test_an_end_for_good_is_not_taken_back():
    bench = Neighbours(ECHO)
    bench.source.end()
    for frame in bench.source.take():
        bench.worker.receive(frame)
    bench.run()
    bench.started_again()
    assert bench.worker.receivers[1].ended
    bench.run()
    # it says again what still holds
    assert bench.sink.ended


def test_whose_inputs_have_failed_says_so_unless_they_come_back():
    bench = Neighbours(ECHO)
    bench.give([1])
    bench.worker.gone(0, "killed", returns=True)
    bench.run()
    assert not bench.sink.ended
    bench.worker.gone(0, "it could not be started")
    bench.run()
    assert bench.taken() == [1]
    assert (bench.sink.ended, bench.sink.dry) == (True, True)
    assert bench.frames[-1][1][2] & DRY


def test_that_a_peer_has_failed_is_not_the_end_before_it_is_known_whether_it_comes_again():
    bench = Neighbours(ECHO)
    bench.source.end("`A` failed: enough")
    for frame in bench.source.take():
        bench.worker.receive(frame)
    bench.run()
    assert not bench.sink.ended
    bench.worker.gone(0, "`A` failed: enough")
    bench.run()
    assert bench.sink.dry


@pytest.fixture(params=[(Sender, Receiver, "fail_stop"), (LossySender, LossyReceiver, "lossy")])
def ends(request):
    sender, receiver, policy = request.param
    spec = ChannelSpec(1, "c1", "edge:1", 0, 1, "out1", "in1", CodecSpec("msgpack"), policy=policy)
    return sender(spec, make_codec(spec.codec, int)), receiver(spec, make_codec(spec.codec, int))


def hear(receiver, frames):
    for frame in frames:
        receiver.hear(read_header(frame), frame)


def test_an_end_that_was_said_before_arrives_after(ends):
    sender, receiver = ends
    sender.end(until=3)
    late = sender.take()
    receiver.revived(4)
    hear(receiver, late)
    assert not receiver.ended
    sender.reopen()
    sender.put([1])
    sender.pack()
    hear(receiver, sender.take())
    assert receiver.take()[0] == [1]


def test_an_end_that_is_said_again_arrives_before_its_cause_is_known(ends):
    sender, receiver = ends
    sender.end(until=3)
    hear(receiver, sender.take())
    sender.reopen()
    sender.end(until=4)
    hear(receiver, sender.take())
    assert receiver.ended
    receiver.revived(4)
    assert receiver.ended


def test_what_was_acknowledged_before_is_not_the_end_that_came_later(ends):
    sender, receiver = ends
    sender.end(until=3)
    hear(receiver, sender.take())
    acknowledged = receiver.replies()
    sender.reopen()
    sender.put([1])
    sender.end(until=4)
    frames = sender.take()
    for frame in acknowledged:
        sender.hear(read_header(frame))
    assert not sender.acknowledged
    receiver.revived(4)
    hear(receiver, frames)
    for frame in receiver.replies():
        sender.hear(read_header(frame))
    assert sender.acknowledged


def test_nothing_is_taken_back_of_a_channel_whose_other_end_has_gone(ends):
    sender, receiver = ends
    sender.end(until=3)
    hear(receiver, sender.take())
    for frame in receiver.replies():
        sender.hear(read_header(frame))
    sender.cut("killed")
    receiver.cut("killed")
    sender.reopen()
    receiver.revived(4)
    assert sender.ended
    assert receiver.ended
    sender.put([1])
    assert sender.discarded == 1
