"""A consumer that is held up: what that does to its source depends on the transport alone."""

from __future__ import annotations

import os

import pytest
from leading import until

from hydro_nb import TCP, UDP, FlowBuilder, NoOrder, Stream, nondet, proof
from hydro_nb.ir.node import Order

WORDS = 20_000
WHY = nondet("what comes later is enough")
LOSSY = {
    "TCP.lossy": TCP.lossy(WHY),
    "TCP.lossy_delayed_forever": TCP.lossy_delayed_forever(),
    "UDP.lossy": UDP.lossy(WHY),
    "UDP.lossy_delayed_forever": UDP.lossy_delayed_forever().bincode(),
}


class Gate:
    """Holds up whoever passes it until it is opened."""

    def __init__(self, path):
        self.path = path
        os.mkfifo(path)

    def passes(self):
        """Give a function that lets numbers pass once the gate is open."""
        path = self.path

        def wait(number):
            if path.exists():
                path.read_text()
            return number

        return wait

    def open(self):
        """Open it; returns when someone stands before it."""
        there = os.open(self.path, os.O_WRONLY)
        self.path.unlink()
        os.close(there)


@pytest.fixture
def gate(tmp_path):
    return Gate(tmp_path / "gate")


def sending(via, gate, out):
    """A flow that sends numbers to a process that waits at the gate, and writes down what it got."""
    flow = FlowBuilder("held up")
    numbers = flow.process().source_iter(range(WORDS)).map(lambda n: f"{n:060}")
    sent = numbers.send(flow.process(), via)

    def note(text):
        with out.open("a") as file:
            file.write(f"{text}\n")

    sent.map(gate.passes()).for_each(note, commutative=proof("a line for each"))
    return flow, sent.ref.slot


def test_fail_stop_slows_the_source_and_loses_nothing(gate, tmp_path):
    flow, edge = sending(TCP.fail_stop(), gate, tmp_path / "out")
    with flow.deploy(max_buffer=4096) as deployment:
        until(deployment, lambda state: any(row.queued for row in state.processes.values()))
        assert deployment.totals.get(edge, 0) < WORDS
        gate.open()
        deployment.settle(60)
        assert deployment.totals[edge] == WORDS
        assert deployment.snapshot().discarded == {}
    assert [int(line) for line in (tmp_path / "out").read_text().split()] == list(range(WORDS))


@pytest.mark.parametrize("via", LOSSY.values(), ids=LOSSY)
def test_where_messages_may_be_lost_the_source_goes_on_and_all_is_accounted_for(via, gate, tmp_path):
    flow, edge = sending(via, gate, tmp_path / "out")
    with flow.deploy(max_buffer=4096) as deployment:
        until(deployment, lambda state: state.totals.get(edge) == WORDS)
        gate.open()
        deployment.settle(60)
        lost = deployment.snapshot().discarded[edge]
        assert deployment.status().splitlines()[-1] == (
            f"  process 0 -> process 1: {lost} discarded: process 1 had no room, or has gone"
        )
        assert not deployment.problems
    received = [int(line) for line in (tmp_path / "out").read_text().split()]
    assert len(received) + lost == WORDS
    assert len(set(received)) == len(received)
    assert received == sorted(received) or via.order is Order.NONE


@pytest.mark.parametrize("via", LOSSY.values(), ids=LOSSY)
@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_with_room_nothing_is_lost(via, backend):
    flow = FlowBuilder()
    got = flow.process().source_iter(range(5000)).send(flow.process(), via)
    counted = got.count()
    with flow.deploy(backend=backend) as deployment:
        deployment.settle(60)
        assert deployment.totals[got.ref.slot] == 5000
        assert deployment.snapshot().values[counted.ref.slot].text == "5000"
        assert deployment.snapshot().discarded == {}


@pytest.mark.parametrize("via", LOSSY.values(), ids=LOSSY)
def test_in_one_process_a_small_buffer_loses_as_well(via):
    flow = FlowBuilder()
    words = flow.process().source_iter(range(200)).map(lambda n: f"{n:010000}").send(flow.process(), via)
    counted = words.count()
    with flow.deploy(backend="inprocess", max_buffer=1000) as deployment:
        deployment.settle(60)
        state = deployment.snapshot()
        assert int(state.values[counted.ref.slot].text) + state.discarded[words.ref.slot] == 200


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_a_cycle_that_may_lose_settles(backend):
    flow = FlowBuilder()
    here, there = flow.process(), flow.process()
    sender, back = here.channel(Stream, of=int, order=NoOrder)
    numbers = here.source_iter(range(10)).chain(back)
    pong = numbers.send(there, UDP.lossy_delayed_forever())
    sender.send(pong.map(lambda n: n + 10).filter(lambda n: n < 100).send(here, UDP.lossy(WHY)))
    with flow.deploy(backend=backend) as deployment:
        deployment.settle(60)
        assert deployment.totals[pong.ref.slot] == 100


def test_the_death_of_the_receiver_does_not_end_the_sender():
    flow = FlowBuilder()
    here, there = flow.process(), flow.process()
    beats = here.source_interval(0.01).send(there, UDP.lossy(WHY))
    beats.for_each(print, commutative=proof("a line for each"))
    with flow.deploy() as deployment:
        until(deployment, lambda state: state.totals.get(beats.ref.slot, 0) > 2)
        deployment.kill(there)
        until(deployment, lambda state: [row.state for row in state.processes.values()] == ["running", "killed"])
        before = deployment.snapshot().discarded.get(beats.ref.slot, 0)
        until(deployment, lambda state: state.discarded.get(beats.ref.slot, 0) > before + 2)
        assert [row.state for row in deployment.processes] == ["running", "killed"]


@pytest.mark.parametrize("backend", ["local", "inprocess"])
@pytest.mark.parametrize("via", LOSSY.values(), ids=LOSSY)
def test_a_new_life_of_a_receiver_gets_what_is_sent_from_then_on(via, backend):
    flow = FlowBuilder()
    here, workers = flow.process(), flow.cluster()
    port, words = here.source_external(flow.external(), str)
    words.broadcast(workers, via, nondet("who is there")).for_each(print, commutative=proof("a line for each"))
    with flow.deploy(clusters={workers: 2}, backend=backend) as deployment:
        deployment.connect(port).send("before")
        deployment.settle(60)
        deployment.kill((workers, 1))
        deployment.connect(port).send("between")
        deployment.settle(60)
        deployment.restart((workers, 1))
        deployment.connect(port).send("after")
        deployment.settle(60)
        lines = [(line.member, line.text) for line in deployment.logs(workers)]
    assert [text for member, text in lines if member == 0] == ["before", "between", "after"]
    assert [text for member, text in lines if member == 1] == ["before", "after"]
