"""Operators inside processes that somebody watches: what they give is told, also by processes that start again."""

from __future__ import annotations

import sys
import threading

import pytest

from hydro_nb import DeployError, FlowBuilder, GraphError, nondet

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

    def deploy(self, backend="local"):
        return self.flow.deploy(backend=backend)


def seen(deployment, slot, text):
    """Give what is set as soon as a watched operator has told this."""
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


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_an_operator_gives_is_told_while_somebody_watches(backend):
    made = Flow()
    with made.deploy(backend) as deployment:
        with deployment.watch(made.squares) as view:
            pass_through(deployment, made, 7)
            assert set(view.elements()) == {"49"}
        assert made.doubled.ref.slot not in deployment.snapshot().tapped


def test_a_process_that_starts_again_goes_on_telling():
    made = Flow()
    with made.deploy() as deployment, deployment.watch(made.squares) as view:
        pass_through(deployment, made, 2)
        deployment.restart(made.leader, WHY)
        pass_through(deployment, made, 3)
        assert set(view.elements()) == {"4", "9"}


def test_a_flow_that_is_deployed_again_goes_on_telling():
    made = Flow()
    with made.deploy() as deployment, deployment.watch(made.squares):
        pass_through(deployment, made, 2)
        made.build(3)
        assert deployment.redeploy().replaced
        pass_through(deployment, made, 3)
        made.build(3)
        assert deployment.redeploy().kept
        pass_through(deployment, made, 5)


def test_two_views_see_what_each_asks_for_until_it_ends():
    made = Flow()
    with made.deploy("inprocess") as deployment:
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


FACTOR = 2


def test_a_view_ends_though_what_another_one_looks_at_could_not_be_asked_for_any_more(monkeypatch):
    flow = FlowBuilder()
    products = flow.process(Leader).source_iter([1]).map(lambda n: FACTOR * n)
    more = products.map(lambda n: n + 1)
    more.for_each(nothing)
    with flow.deploy(backend="inprocess") as deployment:
        first, last = deployment.watch(products), deployment.watch(more)
        monkeypatch.setattr(sys.modules[__name__], "FACTOR", 3)
        with pytest.raises(GraphError, match="has changed since it was deployed"):
            deployment.watch(products)
        first.end()
        last.end()


class Follower: ...


def of_both(*, mapped):
    """What both processes map has slots one after the other; the follower maps only in one of the two programs."""
    flow = FlowBuilder()
    follower, leader = flow.process(Follower), flow.process(Leader)
    theirs = follower.source_interval(0.005)
    theirs = theirs.map(lambda _: "the follower's") if mapped else theirs
    theirs.for_each(nothing)
    own = leader.source_interval(0.005).map(lambda _: "the leader's")
    own.filter(bool).for_each(nothing)
    return flow, own


def test_who_goes_on_tells_nothing_under_a_name_that_an_operator_of_another_one_has_now():
    (flow, own), (later, _) = of_both(mapped=False), of_both(mapped=True)
    slot, told = own.ref.slot, []
    with flow.deploy() as deployment, deployment.watch(own):
        seen(deployment, slot, '"the leader\'s"').wait()
        deployment.subscribe(lambda state: told.append(state.tapped))
        assert deployment.redeploy(later).kept == ("Leader",)
        seen(deployment, slot, '"the follower\'s"').wait()
    since = told[told.index({}) :]
    assert {sample.text for tapped in since if slot in tapped for sample in tapped[slot].samples} == {
        '"the follower\'s"'
    }


def test_threads_that_begin_to_watch_at_once_share_what_is_watched():
    with Flow().deploy("inprocess") as deployment:
        assert "_watching" in vars(deployment), "whoever came first would have made it, and then the other one again"


def test_what_is_no_collection_is_refused():
    made = Flow()
    with made.deploy("inprocess") as deployment, pytest.raises(DeployError, match="`watch` takes streams"):
        deployment.watch("squares")
