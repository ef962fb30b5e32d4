"""One location between channels, stepped by hand with a clock of its own."""

from __future__ import annotations

import textwrap

import pytest

from hydro_nb.errors import Site
from hydro_nb.runtime.channel import read_header
from hydro_nb.runtime.clock import ManualClock
from hydro_nb.runtime.feeds import FatalError
from hydro_nb.runtime.state import probe_reply, waiting_on
from hydro_nb.runtime.wiring import Codecs, Wiring
from hydro_nb.runtime.worker import Worker
from hydro_nb.wire import (
    DATA,
    END,
    ChannelEnded,
    ChannelSpec,
    CodecSpec,
    LocationProgram,
    Problem,
    SourceLine,
    SourceSpec,
    TimerSpec,
)

STATE = """
class State:
    def __init__(self, **slots):
        self.counts, self.samples = {}, {}
        self.__dict__.update(slots)
"""
ECHO = """
def start():
    return State()
def tick(state, inputs, outputs):
    outputs["out2"].extend(inputs["in1"])
    return False
"""


def channel(number, sender, receiver, **more):
    codec = CodecSpec("msgpack", "T")
    return ChannelSpec(
        number, f"c{number}", f"edge:{number}", sender, receiver, f"out{number}", f"in{number}", codec, **more
    )


class Bench:
    """Worker 1 between sender 0 and receiver 2, whose frames are carried by hand."""

    def __init__(self, body, *, max_buffer=1 << 20, cyclic=False, lines=(), also=(), **more):
        self.clock = ManualClock()
        self.frames = []
        self.events = []
        source = STATE + textwrap.dedent(body)
        program = LocationProgram(1, "loc", "W", "process", source, lines, outputs=("out2",), **more)
        channels = (channel(1, 0, 1, cyclic=cyclic), channel(2, 1, 2, cyclic=cyclic), *also)
        self.wiring = Wiring(channels, max_buffer=max_buffer)
        self.worker = Worker(
            program, {"T": int}, self.wiring, peer=1, clock=self.clock, send=self.carry, report=self.events.append
        )
        self.source = self.wiring.senders(0, Codecs({"T": int}))[1]
        self.sink = self.wiring.receivers(2, Codecs({"T": int}))[2]
        self.worker.start()

    def carry(self, location, frame):
        self.frames.append((location, frame))
        end = self.source if location == 0 else self.sink
        if location == 0:
            end.hear(read_header(frame))
        else:
            end.hear(read_header(frame), frame)

    def give(self, items):
        self.source.put(list(items))
        self.source.pack()
        for frame in self.source.take():
            self.worker.receive(frame)

    def run(self):
        while self.worker.step():
            self.worker.flush_due()
        self.worker.flush()

    def taken(self):
        out = []
        while self.sink.queue:
            out += self.sink.take()[0]
        for frame in self.sink.replies():
            self.worker.receive(frame)
        return out


def test_elements_pass():
    bench = Bench(ECHO)
    bench.give([1, 2])
    bench.run()
    assert bench.taken() == [1, 2]
    assert bench.worker.idle
    assert bench.worker.tally.totals() == {"edge:2": 2}


def test_an_output_without_credit_holds_the_inputs():
    bench = Bench(ECHO, max_buffer=60)
    for n in range(8):
        bench.give([n])
        bench.run()
    assert bench.worker.held
    assert waiting_on(bench.worker) == "room in channel `c2`"
    assert not bench.worker.idle
    taken = []
    while new := bench.taken():
        taken += new
        bench.run()
    assert taken[:2] == [0, 1]


def test_a_tick_from_timers_alone_is_no_change():
    body = """
    def start():
        return State()
    def tick(state, inputs, outputs):
        outputs["out2"].extend([7] * len(inputs["time"]))
        return False
    """
    bench = Bench(body, timers=(TimerSpec("time", 2.0, 1.0),))
    bench.run()
    changes = bench.worker.changes
    before = probe_reply(bench.worker, 1)
    assert (before.timers_fired, before.idle) == (False, True)
    bench.clock.advance(1.0)
    bench.run()
    assert bench.taken() == [7]
    after = probe_reply(bench.worker, 2)
    assert (after.timers_fired, after.changes, after.timer_sent, after.sent) == (True, changes, {2: 1}, {2: 0})
    assert bench.worker.feeds.next_timer == 3.0


def test_a_location_whose_inputs_have_ended_ends_its_outputs():
    bench = Bench(ECHO)
    bench.give([5])
    bench.source.end()
    for frame in bench.source.take():
        bench.worker.receive(frame)
    bench.run()
    assert [read_header(frame)[1] for location, frame in bench.frames if location == 2] == [DATA, END]
    assert bench.source.acknowledged
    bench.taken()
    assert bench.worker.delivered


def test_a_source_is_pulled_in_bursts_and_named_until_it_ends():
    body = """
    def numbers():
        return range(3000)
    def start():
        return State()
    def tick(state, inputs, outputs):
        outputs["out2"].extend(inputs["xs"])
        return False
    """
    bench = Bench(body, sources=(SourceSpec("xs", "numbers", "src:1", Site("In[1]", 2, "numbers()")),))
    assert bench.worker.step()
    assert "source" in waiting_on(bench.worker)
    bench.run()
    assert bench.taken() == list(range(3000))
    assert bench.worker.idle


def test_an_exception_is_traced_to_the_element_and_the_line():
    body = """
    def start():
        return State()
    def tick(state, inputs, outputs):
        for x in inputs["in1"]:
            outputs["out2"].append(1 // x)
        return False
    """
    lines = [None] * 20
    lines[10] = SourceLine("map:1", "map", Site("In[4]", 2, "q(lambda x: 1 // x)"), "x")
    bench = Bench(body, lines=tuple(lines))
    bench.give([1, 0])
    try:
        bench.run()
    except FatalError as failure:
        problem = failure.problem
    assert (problem.op, problem.slot, problem.element) == ("map", "map:1", "0")
    assert problem.site == Site("In[4]", 2, "q(lambda x: 1 // x)", start=14, end=16)
    bench.worker.fail("`W` failed")
    assert bench.taken() == [1]
    assert bench.sink.reason == "`W` failed"


@pytest.mark.parametrize("error", ["GeneratorExit", "asyncio.CancelledError", "type('Own', (BaseException,), {})"])
def test_whatever_the_users_code_raises_is_its_problem(error):
    bench = Bench(ECHO.replace("outputs[", f"import asyncio; raise {error}; outputs["))
    bench.give([1])
    with pytest.raises(FatalError, match=error.split("'")[1] if "'" in error else error.split(".")[-1]):
        bench.run()


def test_an_interrupt_from_the_keyboard_is_not():
    bench = Bench(ECHO.replace("outputs[", "raise KeyboardInterrupt; outputs["))
    bench.give([1])
    with pytest.raises(KeyboardInterrupt):
        bench.run()


def test_bad_frames_are_reported_and_the_worker_lives():
    bench = Bench(ECHO)
    for raw in (b"", b"junk" * 20, bench.sink.frame(DATA, 0, 1, 1)):
        bench.worker.receive(raw)
    assert [event.fatal for event in bench.events] == [False, False, False]
    assert all(isinstance(event, Problem) and event.error.startswith("DecodeError") for event in bench.events)
    bench.give([3])
    bench.run()
    assert bench.taken() == [3]


def broken(bench, frame):
    """Let a frame arrive that breaks its channel; gives the problem that the worker then fails with."""
    bench.give([3])
    bench.worker.receive(frame)
    assert not bench.worker.idle
    with pytest.raises(FatalError) as failure:
        bench.run()
    assert [event.channel for event in bench.events if isinstance(event, ChannelEnded)] == [1]
    return failure.value.problem


def test_a_body_that_cannot_be_decoded_fails_the_worker_after_what_came_before():
    bench = Bench(ECHO)
    problem = broken(bench, bench.source.frame(DATA, 0, 2, 1, b"\xc1\xc1\xc1"))
    assert problem.fatal
    assert problem.error.startswith("ChannelBroken: channel `c1`: a frame cannot be decoded: ")
    assert (problem.slot, problem.op) == ("edge:1", "send")
    bench.worker.fail(problem.error)
    assert bench.taken() == [3]
    assert bench.sink.reason == problem.error


def test_a_gap_fails_the_worker_after_what_came_before():
    bench = Bench(ECHO)
    bench.run()
    problem = broken(bench, bench.source.frame(DATA, 0, 3, 1, b"\xc1"))
    assert problem.fatal
    assert problem.error.startswith("ChannelBroken: channel `c1`: frame 2 is missing")
    bench.worker.fail(problem.error)
    assert bench.taken() == [3]


def test_what_a_peer_left_behind_in_pieces_fails_the_worker_that_meets_it_again():
    bench = Bench(ECHO)
    bench.worker.receive(bench.source.frame(DATA, 0, 1, 1, b"\xc1"))
    bench.worker.gone(0, "killed")
    bench.source = bench.wiring.between({0: 2}).senders(0, Codecs({"T": int}))[1]
    bench.worker.joined(0, 2)
    with pytest.raises(FatalError, match="a frame cannot be decoded"):
        bench.run()


def test_a_dead_peer_ends_its_channels_and_what_is_sent_to_it_is_dropped():
    bench = Bench(ECHO)
    bench.worker.gone(2, "killed")
    bench.give([1, 2, 3])
    bench.run()
    assert bench.frames == []
    assert bench.worker.idle
    assert bench.worker.tally.totals() == {"edge:2": 0}
    assert bench.worker.tally.changed()
    assert bench.worker.counts().discarded == {"edge:2": 3}
    assert not bench.worker.tally.changed()


def test_while_an_output_has_no_credit_the_tick_is_told_to_take_nothing():
    body = """
    def start():
        return State(iterator=iter(range(100)), told=[], room=1)
    def tick(state, inputs, outputs):
        state.told.append(not state.room)
        if not state.room:
            return False
        outputs["out2"].append(next(state.iterator, None) or 0)
        return True
    """
    bench = Bench(body, max_buffer=100, cyclic=True)
    for _ in range(3):
        bench.worker.step()
        bench.worker.flush()
    assert bench.worker.held
    bench.give([1])
    bench.worker.step()
    assert bench.worker.location.state.told[-1]
    assert bench.worker.more
    bench.worker.drain()
    bench.taken()
    bench.worker.flush()
    assert not bench.worker.held
    assert not bench.worker.step()


SLOW = """
def start():
    return State()
def tick(state, inputs, outputs):
    clock.advance(0.001 * len(inputs["in1"]))
    state.counts["sink"] = state.counts.get("sink", 0) + len(inputs["in1"])
    outputs["out2"].extend(inputs["in1"])
    return False
"""


def test_while_a_function_is_slow_what_was_received_waits_between_short_ticks():
    bench = Bench(SLOW, max_buffer=1 << 12)
    bench.worker.location.scope["clock"] = bench.clock
    bench.give(range(1500))
    took, before = [], bench.clock.now()
    while bench.worker.step():
        assert bench.clock.now() - before <= 0.02
        before = bench.clock.now()
        waiting = sum(receiver.queued for receiver in bench.worker.ins)
        assert not (bench.worker.brief and waiting)
        bench.worker.flush()
        assert bench.worker.counts().queued == waiting
        took += bench.taken()
        for frame in bench.sink.replies():
            bench.worker.receive(frame)
        for frame in bench.source.take():
            bench.worker.receive(frame)
    assert took == list(range(1500))
    assert (bench.worker.queued, bench.worker.idle) == (0, True)


def test_what_waits_is_work_and_told():
    bench = Bench(SLOW)
    bench.worker.location.scope["clock"] = bench.clock
    bench.give(range(100))
    assert bench.worker.step()
    reply = probe_reply(bench.worker, 1)
    assert (reply.idle, reply.received, bench.worker.queued) == (False, {1: 16}, 84 + 16)
    assert bench.worker.changed
    bench.worker.counts()
    assert not bench.worker.changed


def test_inputs_take_turns_when_there_is_more_than_a_tick_takes():
    body = """
    def start():
        return State()
    def tick(state, inputs, outputs):
        clock.advance(0.01)
        outputs["out2"].append(len(inputs["in1"]) * 1000 + len(inputs["in3"]))
        return False
    """
    bench = Bench(body, also=(channel(3, 3, 1),))
    bench.worker.location.scope["clock"] = bench.clock
    other = bench.wiring.senders(3, Codecs({"T": int}))[3]
    other.put([1, 2])
    other.pack()
    bench.give(range(40))
    for frame in other.take():
        bench.worker.receive(frame)
    bench.run()
    assert bench.taken() == [16000, 14002, 10000]


def test_a_little_credit_lets_little_be_made():
    body = """
    def start():
        return State(n=0)
    def tick(state, inputs, outputs):
        state.n += 1
        outputs["out2"].append(state.n << 600_000)
        return True
    """
    room = 500_000
    bench = Bench(body, max_buffer=room)
    taken, most = [], 0
    for _ in range(100):
        for _ in range(5):
            bench.worker.step()
        bench.worker.flush()
        most = max(most, bench.worker.outs[0].held_bytes)
        taken += bench.sink.take()[0]
        for frame in bench.sink.replies():
            bench.worker.receive(frame)
    assert [each >> 600_000 for each in taken] == [*range(1, 101)]
    assert most < 2 * room
