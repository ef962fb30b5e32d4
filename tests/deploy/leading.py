"""A leader whose client sends numbers, a cluster, and what tests of both look at."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from hydro_nb import FlowBuilder, ProcessFailed, nondet

SECONDS = 60
"""How long what surely comes is waited for, on however busy a machine."""


class Worker: ...


class Leader: ...


class Flow:
    """A leader, whose client sends numbers, and a cluster."""

    def __init__(self) -> None:
        self.flow = FlowBuilder()
        self.workers, self.leader = self.flow.cluster(Worker), self.flow.process(Leader)
        self.port, self.numbers = self.leader.source_external(self.flow.external(), int)

    def watch(self, place) -> None:
        seen = place.source_cluster_membership_stream(self.workers, nondet("shown")).entries()
        shown(seen, lambda pair: f"{pair[0].raw_id} {pair[1]}")

    def deploy(self, backend="local", members=3, **clusters):
        return self.flow.deploy(clusters={self.workers: members, **clusters}, backend=backend)


def shown(stream, text) -> None:
    stream.assume_ordering(nondet("shown")).map(text).for_each(print)


def said(deployment, name) -> list[str]:
    return [line.text for line in deployment.logs(name)]


def send(deployment, port, *numbers) -> None:
    client = deployment.connect(port)
    for number in numbers:
        client.send(number)


def until(deployment, holds) -> None:
    """Wait until what is known of the deployment is so."""
    there = threading.Event()
    deployment.subscribe(lambda state: holds(state) and there.set())
    assert holds(deployment.snapshot()) or there.wait(SECONDS)


def until_said(deployment, **lines) -> None:
    """Wait until processes have printed these lines, in any order: of what is printed no state tells."""
    wanted, deadline = {name: sorted(each) for name, each in lines.items()}, time.monotonic() + SECONDS
    while (came := {name: sorted(said(deployment, name)) for name in lines}) != wanted and time.monotonic() < deadline:
        with suppress(ProcessFailed):
            deployment.wait(0.01)
    assert came == wanted


def row(state, name):
    return next(each for each in state.processes.values() if each.name == name)
