"""What a worker takes of what has come: whole frames, and what lies behind those that are refused."""

from __future__ import annotations

import pytest
from test_worker import ECHO, Bench, channel

from hydro_nb.runtime.wiring import Codecs
from hydro_nb.wire import DATA


@pytest.mark.parametrize("many", [3, 9, 10, 15, 17, 40, 600])
def test_who_is_quick_takes_more_whatever_a_frame_holds(many):
    bench = Bench(ECHO, max_buffer=1 << 26)
    for _ in range(100):
        bench.give(range(many))
    ticks = 0
    while bench.worker.step():
        bench.worker.flush_due()
        ticks += 1
    assert ticks <= 10 + 100 * many // (1024 - many)


def lossy_pair():
    """Give a worker whose input may lose, and what sends to it."""
    bench = Bench(ECHO.replace("in1", "in3"), also=(channel(3, 3, 1, policy="lossy"),))
    bench.run()
    return bench, bench.wiring.senders(3, Codecs({"T": int}))[3]


def sent(sender, *batches):
    """Give a frame for each of these."""
    for items in batches:
        sender.put([*items])
        sender.pack()
    return sender.take()


def test_what_lies_behind_a_frame_that_was_refused_is_taken():
    bench, sender = lossy_pair()
    _, whole = sent(sender, [1], range(40))
    for frame in (sender.frame(DATA, 0, 1, 1, b"\xc1"), whole):
        bench.worker.receive(frame)
    bench.run()
    assert bench.taken() == [*range(40)]


def test_also_where_refusing_has_taken_all_the_time_of_a_turn():
    bench, sender = lossy_pair()
    (receiver,) = [each for each in bench.worker.ins if each.spec.id == 3]
    decode = receiver.codec.decode

    def slowly(body, count):
        bench.clock.advance(0.001)
        return decode(body, count)

    receiver.codec.decode = slowly
    *_, last = sent(sender, [1], [2], [3])
    for frame in (*(sender.frame(DATA, 0, n, 1, b"\xc1") for n in (1, 2)), last):
        bench.worker.receive(frame)
    bench.run()
    assert bench.taken() == [3]
