"""Operators inside processes that somebody watches: what they give is told, also by processes that start again."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest

from hydro_nb import DeployError, FlowBuilder, nondet

BACKENDS = ["local", "inprocess"]
WHY = nondet("each of its lives is shown")


class Leader: ...


def nothing(_):
    """Take an element."""


class Flow:
    """What a client sends is squared and then doubled; the squares are seen by nobody."""

    def __init__(self) -> None:
        self.flow = FlowBuilder()
        self.leader = self.flow.process(Leader)
        self.build(2)

    def build(self, factor):
        with self.flow.cell("numbers"):
            self.port, numbers = self.leader.source_external(self.flow.external(), int)
            self.squares = numbers.map(lambda n: n * n)
            self.doubled = self.squares.map(lambda n: factor * n)
            self.doubled.for_each(nothing)


@contextmanager
def deployed(made, backend="local"):
    with made.flow.deploy(backend=backend) as deployment:
        yield deployment


def seen(deployment, slot, text):
    """Wait until a watched operator has told this."""
    found = threading.Event()

    def look(state):
        if any(sample.text == text for ring in [state.tapped.get(slot)] if ring for sample in ring.samples):
            found.set()

    deployment.subscribe(look)
    look(deployment.snapshot())
    return found


def pass_through(deployment, made, number):
    """Send a number and wait until its square was told of; the first ones may come before the process has heard."""
    found = seen(deployment, made.squares.ref.slot, str(number * number))
    port = deployment[made.port]
    while not found.wait(0.05):
        port.send(number)
        deployment.settle()
    return found


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_an_operator_gives_is_told_while_somebody_watches(backend):
    made = Flow()
    with deployed(made, backend) as deployment:
        with deployment.watch(made.squares) as view:
            pass_through(deployment, made, 7)
            assert set(view.elements()) == {"49"}
        assert made.doubled.ref.slot not in deployment.snapshot().tapped


def test_a_process_that_starts_again_goes_on_telling():
    made = Flow()
    with deployed(made) as deployment, deployment.watch(made.squares) as view:
        pass_through(deployment, made, 2)
        deployment.restart(made.leader, WHY)
        pass_through(deployment, made, 3)
        assert set(view.elements()) == {"4", "9"}


def test_a_flow_that_is_deployed_again_goes_on_telling():
    made = Flow()
    with deployed(made) as deployment, deployment.watch(made.squares):
        pass_through(deployment, made, 2)
        made.build(3)
        assert deployment.redeploy().replaced
        pass_through(deployment, made, 3)
        made.build(3)
        assert deployment.redeploy().kept
        pass_through(deployment, made, 5)


def test_two_views_see_what_each_asks_for_until_it_ends():
    made = Flow()
    with deployed(made, "inprocess") as deployment:
        first, last = deployment.watch(made.squares), deployment.watch(made.doubled)
        pass_through(deployment, made, 4)
        assert (set(first.elements()), set(last.elements())) == ({"16"}, {"32"})
        first.end()
        first.end()
        deployment[made.port].send(5)
        deployment.settle()
        assert set(last.elements()) == {"32", "50"}
        tapped = deployment.snapshot().tapped[made.squares.ref.slot]
        assert {sample.text for sample in tapped.samples} == {"16"}


def test_what_is_no_collection_is_refused():
    made = Flow()
    with deployed(made, "inprocess") as deployment, pytest.raises(DeployError, match="`watch` takes streams"):
        deployment.watch("squares")
