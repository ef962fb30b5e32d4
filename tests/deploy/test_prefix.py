"""A channel is a prefix or an error: whoever is killed, stopped or slow, and wherever that happens."""

from __future__ import annotations

import dataclasses
import os
import signal
import socket
import tempfile
import threading
import time
from pathlib import Path

import msgspec
import pytest
from faulty import busy
from foreign_bytes import introduce
from handmade import channel, flow, place
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numbered import NAMES, begin, chain, is_prefix, memory_of, pid_of, seen

from hydro_nb.deploy import deploy
from hydro_nb.errors import ProcessFailed, SettleTimeout
from hydro_nb.runtime.channel import Sender
from hydro_nb.runtime.codec import make_codec
from hydro_nb.wire import CodecSpec, TimerSpec

SECONDS = 60
law = settings(deadline=None, max_examples=12, suppress_health_check=[*HealthCheck])

chains = st.fixed_dictionaries(
    {
        "length": st.sampled_from([2, 3]),
        "count": st.integers(1, 400),
        "size": st.sampled_from([0, 100, 5000, 200_000]),
        "at_once": st.integers(1, 50),
    }
)


def until(deployment, condition):
    """Wait until a state of the deployment is such, or what its processes have written down."""
    late, never = time.monotonic() + SECONDS, threading.Event()
    while not condition(deployment.snapshot()):
        assert time.monotonic() < late, deployment.status()
        never.wait(0.005)


# ---------------------------------------------------------------- kill -9


@law
@given(chains, st.sampled_from(NAMES), st.integers(1, 400), st.sampled_from([-1, 0, 50, 500, 3000]), st.integers(9, 22))
def test_whoever_is_killed_wherever(made, victim, point, delay, room):
    strike = NAMES[min(NAMES.index(victim), made["length"] - 1)], min(point, made["count"])
    with tempfile.TemporaryDirectory() as name:
        check_kill(Path(name), made, strike, delay, 1 << room)


def check_kill(folder, made, victim, delay, room):
    """Run a chain in which somebody is killed: all hold prefixes, those behind the dead are told, nobody else loses."""
    program, length = chain(folder, victim=victim, delay=delay, **made), made["length"]
    at = NAMES.index(victim[0])
    deployment = deploy(program, echo=False, max_buffer=room)
    try:
        begin(folder)
        with pytest.raises(ProcessFailed, match=rf"process `{victim[0]}` failed: .*was killed \(SIGKILL\)"):
            deployment.wait(SECONDS)
        # who has heard that all of a channel has arrived is told nothing when its receiver dies later
        behind = range(at + 1, length)
        until(deployment, lambda state: all(number in state.ended_channels for number in behind))
        reason = deployment.snapshot().ended_channels[at + 1].reason if behind else ""
        assert not reason or "was killed (SIGKILL)" in reason
        if behind and not reason:
            # nobody need say more of a channel that is whole
            until(deployment, lambda _: len(seen(folder, NAMES[at + 1])) == made["count"])
        # those that live lose nothing between them
        sent = deployment.snapshot().totals.get("edge:2", 0)
        until(deployment, lambda _: at != 0 or len(seen(folder, NAMES[length - 1])) == len(seen(folder, "B")) >= sent)
    finally:
        deployment.stop(drain=False)
    found = {each: seen(folder, each) for each in NAMES[1:length]}
    assert all(map(is_prefix, found.values())), found
    assert at != 0 or found[NAMES[length - 1]] == found["B"]


@pytest.mark.parametrize("delay", [0, 1000, 4000, 10_000, 25_000])
def test_a_sender_that_dies_while_it_sends_twenty_megabytes(tmp_path, delay):
    made = {"length": 2, "count": 8, "size": 20 << 20, "at_once": 1}
    check_kill(tmp_path, made, ("A", 3), delay, 64 << 20)


QUIET = """
def start():
    return State()
def tick(state, inputs, outputs):
    return False
"""
COUNT = """
def start():
    return State()
def tick(state, inputs, outputs):
    state.counts["sink"] = state.counts.get("sink", 0) + len(inputs["in1"])
    return False
"""


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999, 1.0])
def test_what_has_come_of_a_frame_whose_sender_dies_is_nothing(share):
    # the sender's part is played by hand, byte for byte, so that the death is where it should be
    spec = channel(1, 0, 1)
    waits = place(0, "A", QUIET, outputs=["out1"], timers=(TimerSpec("time", 3600.0, 3600.0),))
    program = flow(waits, place(1, "B", COUNT), channels=[spec], element=bytes)
    by_hand = Sender(spec, make_codec(CodecSpec("msgpack"), bytes))
    by_hand.put([bytes(2 << 20)])
    by_hand.pack()
    [frame] = by_hand.take()
    head = b"\2" + len(frame).to_bytes(8, "big")
    with deploy(program, echo=False) as deployment:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(deployment._backend._supervisor.plan.endpoints[1].removeprefix("ipc://"))
            sock.settimeout(SECONDS)
            introduce(sock)
            sock.sendall(head + frame[: int(share * len(frame))])
            if share == 1.0:
                until(deployment, lambda state: state.totals.get("sink") == 1)
        os.kill(pid_of(deployment, "A"), signal.SIGKILL)
        until(deployment, lambda state: 1 in state.ended_channels)
        assert deployment.snapshot().totals.get("sink", 0) == int(share)
        assert "was killed" in deployment.snapshot().ended_channels[1].reason
        with pytest.raises(ProcessFailed):
            deployment.settle(SECONDS)


# ---------------------------------------------------------------- SIGSTOP


@pytest.mark.parametrize("stopped", NAMES)
def test_who_is_stopped_and_goes_on_costs_nothing(tmp_path, stopped):
    program = chain(tmp_path, count=3000, size=1000, at_once=7)
    with deploy(program, echo=False, max_buffer=1 << 16) as deployment:
        pid = pid_of(deployment, stopped)
        begin(tmp_path)
        for _ in range(3):
            os.kill(pid, signal.SIGSTOP)
            with pytest.raises(SettleTimeout):
                deployment.settle(0.2)
            os.kill(pid, signal.SIGCONT)
        deployment.settle(SECONDS)
        assert seen(tmp_path, "B") == seen(tmp_path, "C") == [*range(3000)]
        assert deployment.problems == []


# ---------------------------------------------------------------- a slow consumer


def with_last(program, wait):
    """Let the last process call a function `wait` with the number of each element before it takes it."""
    *others, last = program.locations
    source = last.source.replace("        saw(", "        wait(state.n)\n        saw(") + wait
    return dataclasses.replace(program, locations=(*others, msgspec.structs.replace(last, source=source, lines=())))


GATE = "\ndef wait(n):\n    if n == 3:\n        open({gate!r}).close()\n"


def test_a_consumer_that_waits_holds_up_its_source_in_bounded_memory(tmp_path):
    last, count, size, room = tmp_path / "last", 200, 1 << 20, 8 << 20
    last.mkdir()
    os.mkfifo(last / "gate")
    program = with_last(
        chain(tmp_path, length=2, count=count, size=size, at_once=1), GATE.format(gate=str(last / "gate"))
    )
    with deploy(program, echo=False, max_buffer=room) as deployment:
        pids = [pid_of(deployment, name) for name in "AB"]
        before = [memory_of(pid) for pid in pids]
        begin(tmp_path)
        until(deployment, lambda state: state.totals.get("edge:1"))
        busy(deployment, "`B`: one call that has not returned", seconds=2)
        assert deployment.snapshot().totals["edge:1"] * size < 6 * room
        assert all(memory_of(pid) - was < 6 * room for pid, was in zip(pids, before, strict=True))
        begin(last)
        deployment.settle(SECONDS)
        assert seen(tmp_path, "B") == [*range(count)]
        assert all(memory_of(pid) - was < 6 * room for pid, was in zip(pids, before, strict=True))
