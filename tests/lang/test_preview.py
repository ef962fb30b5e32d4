"""Looking at a collection: what it is, and its first elements."""

from __future__ import annotations

import time

import pytest

from hydro_nb import DeployError, FlowBuilder, GraphError, ProcessFailed, StaleError, nondet
from hydro_nb.testing import collect


def test_text(leader):
    tens = leader.source_iter([1, 2, 3]).map(lambda n: n * 10)
    head = "Stream[?, Process[Leader], Bounded, TotalOrder, ExactlyOnce]"
    assert repr(tens) == f"{head}\n  map   lambda n: n * 10\n  source_iter   3 elements"
    assert repr(tens.preview(2)) == f"{head}\n  10\n  20\n  ..."


def test_html_is_escaped(leader):
    tags = leader.source_iter(["<b>"]).map(lambda s: s + "<i>")
    for shown in (tags, tags.preview()):
        bundle = shown._repr_mimebundle_()
        assert bundle["text/plain"] == repr(shown)
        assert "&lt;i&gt;" in bundle["text/html"]
        assert "<i>" not in bundle["text/html"]


def test_nothing(leader):
    assert "(nothing)" in repr(leader.source_iter([]).preview())


def test_nothing_runs_by_looking(leader):
    ran = []
    stream = leader.source_iter([1]).map(ran.append)
    repr(stream)
    stream._repr_mimebundle_()
    assert ran == []


def test_only_what_leads_to_it(leader):
    ran = []
    numbers = leader.source_iter([1])
    numbers.for_each(lambda n: ran.append("beside"))
    numbers.map(lambda n: ran.append("below"))
    assert numbers.preview().rows == [1]
    assert ran == []


def test_leaves_the_flow_alone(leader):
    numbers = leader.source_iter([1])
    before = (dict(leader.flow.graph.nodes), dict(leader.flow.graph.places))
    numbers.count().preview()
    after = (dict(leader.flow.graph.nodes), dict(leader.flow.graph.places))
    assert list(after[0]) == [*before[0], numbers.count().ref.slot.replace(".1", ".0")]
    assert after[1] == before[1]


def test_stops_early_on_endless_sources(leader):
    def endless():
        n = 0
        while True:
            yield n
            n += 1

    assert leader.source_stream(endless).preview(3).rows == [0, 1, 2]


def test_takes_a_second_at_most(leader):
    began = time.monotonic()
    assert leader.source_interval(60, delay=60).preview().rows == []
    assert time.monotonic() - began < 30


def test_values_that_change(leader, worker):
    live = leader.source_iter(range(10)).send(worker)
    assert live.count().preview().rows == [10]
    assert live.map(lambda n: (n % 2, n)).into_keyed().value_counts().preview().rows == [{0: 5, 1: 5}]


def test_inside_a_tick(leader):
    batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("shown"))
    assert batch.preview().rows == [1, 2]
    assert batch.count().preview(1).rows == [2]


def test_failure(leader):
    with pytest.raises(ProcessFailed, match="ZeroDivisionError"):
        leader.source_iter([0]).map(lambda n: 1 // n).preview()


@pytest.mark.parametrize("n", [0, -1, "3", True])
def test_how_many(leader, n):
    with pytest.raises(GraphError, match="number of elements"):
        leader.source_iter([1]).preview(n)


def test_async_sources_say_what_they_need(leader):
    async def letters():
        yield "a"

    with pytest.raises(DeployError, match="is async"):
        leader.source_stream(letters).preview()


def test_prefix_of_what_fails_later(leader):
    assert leader.source_iter(range(5000)).map(lambda n: 1 // (4000 - n)).preview(2).rows == [0, 0]


@pytest.mark.parametrize("look", [lambda texts: texts.preview(), collect])
def test_what_is_stale_is_listed_by_the_users_lines_alone(look):
    flow = FlowBuilder()
    with flow.cell("a"):
        numbers = flow.process().source_iter([1])
    with flow.cell("b"):
        texts = numbers.map(str)
    with flow.cell("a"):
        flow.process().source_iter(["now", "text"])
    with pytest.raises(StaleError) as caught:
        look(texts)
    lines = str(caught.value).splitlines()
    assert (lines[0], lines[2:]) == ("1 operator stands on something that has changed.", ["  Run its cell again."])
    assert "numbers.map(str)" in lines[1]


def test_inside_an_atomic_section(leader):
    numbers = leader.source_iter([1, 2]).atomic()
    assert numbers.preview().rows == [1, 2]
    assert numbers.count().preview().rows == [2]
    live = leader.source_iter([1, 2]).send(leader).atomic()
    assert live.map(str).preview().rows == ["1", "2"]
    assert live.count().preview().rows == [2]
    assert live.map(lambda n: ("a", n)).into_keyed().value_counts().preview().rows == [{"a": 2}]


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_a_value_that_has_gone_again(backend, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    flow = FlowBuilder()
    first, second = flow.process(), flow.process()
    count = first.source_iter(range(100)).send(second).count()
    assert collect(count.filter(lambda n: n < 50), backend=backend) == []
    assert collect(count.filter(lambda n: n > 50), backend=backend) == [100]
    assert collect(count.map(lambda n: None).filter(lambda n: True), backend=backend) == [None]
