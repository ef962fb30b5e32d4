"""Whatever is built of operators and however it is run, it gives what the naive interpreter says that it means."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from naive import interpreter, operators
from naive.flows import Build, Choice, Look, look
from naive.steps import CLAIMS, CYCLES, FUTURES, SENDING, STEPS, TICKS
from test_operators import operators as classes

from hydro_nb import DeployError, FlowBuilder
from hydro_nb.ir.node import Bound
from hydro_nb.lang.sim_ports import MORE

choices = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 999), st.integers(0, 9)), min_size=1, max_size=16)
many_choices = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 999), st.integers(0, 9)), min_size=40, max_size=80)
numbers = st.lists(st.integers(0, 9), max_size=6)
chunked = st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=4), max_size=4)


def law(examples: int) -> Any:
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def table(home: Any) -> Any:
    return home.source_iter([(0, 1), (1, 4), (0, 7)]).into_keyed().value_counts()


def certain(left: list[int], right: list[int]) -> Build:
    """Begin a flow in which nothing is left open."""
    flow = FlowBuilder()
    home, away = flow.process(), flow.process()
    made = [home.singleton(5), table(home), home.source_stream(lambda: iter(right)), home.source_iter(left)]
    return Build(home, away, [STEPS, CLAIMS, SENDING, CYCLES, FUTURES], made)


def simulated(data: list[int]) -> tuple[Build, Any]:
    """Begin a flow in which nothing is left open, with a port for a test."""
    flow = FlowBuilder()
    home, away = flow.process(), flow.process()
    port, stream = home.sim_input(int)
    return Build(
        home, away, [STEPS, SENDING, CYCLES], [home.singleton(5), table(home), stream, home.source_iter(data)]
    ), port


def items(chunk: list[int]) -> list[int]:
    return chunk


def uncertain(data: list[int], *, forwarded: bool) -> tuple[Build, Any]:
    """Begin a flow whose ticks see what comes in through a port, as lists: no tick sees a part of one."""
    flow = FlowBuilder()
    home, away = flow.process(), flow.process()
    port, whole = (away if forwarded else home).source_external(flow.external(), list[int])
    stream = (whole.send(home) if forwarded else whole).flat_map_ordered(items)
    made = [home.singleton(5), table(home), home.source_iter(data), stream]
    return Build(home, away, [STEPS, CLAIMS, TICKS, *([] if forwarded else [SENDING])], made), port


def looks_at(build: Build, collections: list[Any]) -> list[Look]:
    return [look(each, each_tick=each.kind.place.root == build.home.place) for each in collections]


def meaning(looks: list[Look], chunks: Any = None, ticks: int = 1) -> list[Any]:
    """Give what the interpreter says that one sees."""
    lines = interpreter.run(looks[0].of.flow.graph, chunks, ticks)
    return [each.plain([item for entry in lines[each.stream.ref] for item in entry]) for each in looks]


def outcome(looks: list[Look], backend: Any = "inprocess", port: Any = None, chunks: Any = ()) -> list[Any]:
    """Give what one sees in a deployment into which lists of chunks are sent, each after the one before has settled."""
    flow = looks[0].of.flow
    outs = [each.stream.send_external(flow.external()) for each in looks]
    with flow.deploy(backend=backend, max_buffer=2**30) as deployment:
        deployment.settle()
        for sent in chunks:
            for chunk in sent:
                deployment.connect(port).send(chunk)
            deployment.settle()
        return [each.plain(list(drain(deployment.connect(out)))) for each, out in zip(looks, outs, strict=True)]


def drain(port: Any) -> Iterator[Any]:
    while True:
        try:
            yield port.receive(timeout=0)
        except (TimeoutError, DeployError):
            return


def differing(looks: list[Look], got: list[Any], want: list[Any]) -> list[str]:
    """Tell what is not as it should be, collection by collection."""
    told = zip(looks, got, want, strict=True)
    return [f"{each.of!r}\ngave {ours}\nmeans {theirs}" for each, ours, theirs in told if ours != theirs]


# ---------------------------------------------------------------- flows that leave nothing open


@given(numbers, numbers, choices)
@law(120)
def test_in_process_a_flow_gives_what_it_means(left: list[int], right: list[int], steps: list[Choice]):
    build = certain(left, right).grow(steps)
    looks = [look(each) for each in build.ends]
    note(build.flow.to_text())
    assert differing(looks, outcome(looks), meaning(looks)) == []


@given(numbers, numbers, many_choices)
@law(2)
def test_in_processes_of_the_operating_system_too(left: list[int], right: list[int], steps: list[Choice]):
    build = certain(left, right).grow(steps)
    looks = [look(each) for each in build.ends]
    note(build.flow.to_text())
    assert differing(looks, outcome(looks, "local"), meaning(looks)) == []


@given(numbers, numbers, choices)
@law(60)
def test_in_the_simulator_there_is_one_execution(left: list[int], right: list[int], steps: list[Choice]):
    build, port = simulated(left)
    build.grow(steps)
    fixed = [each for each in build.ends if each.kind.shape.is_stream or each.kind.bound is Bound.BOUNDED]
    looks, seen = [look(each) for each in fixed], []
    outs = [each.stream.sim_output() for each in looks]

    async def body() -> None:
        port.send_many(right)
        while await MORE:
            pass
        seen.append([each.plain(list(out._queue(ordered=False))) for each, out in zip(looks, outs, strict=True)])

    note(build.flow.to_text())
    assert build.flow.sim().exhaustive(body) == 1
    assert not looks or differing(looks, seen[0], meaning(looks, {port.slot: [right]})) == []


# ---------------------------------------------------------------- flows whose ticks see chunks


@given(data=numbers, chunks=chunked, forwarded=st.booleans(), steps=choices)
@law(120)
def test_ticks_that_see_chunks_give_what_the_chunks_mean(
    *, data: list[int], chunks: list[list[int]], forwarded: bool, steps: list[Choice]
):
    build, port = uncertain(data, forwarded=forwarded)
    looks = looks_at(build, build.grow(steps).ends)
    note(build.flow.to_text())
    want = meaning(looks, {port.slot: [[], *([chunk] for chunk in chunks)]}, 1 + len(chunks))
    assert differing(looks, outcome(looks, port=port, chunks=[[chunk] for chunk in chunks]), want) == []


@given(data=numbers, sent=st.lists(st.integers(0, 9), max_size=4), forwarded=st.booleans(), steps=many_choices)
@law(2)
def test_a_deployment_gives_what_some_chunks_mean(
    *, data: list[int], sent: list[int], forwarded: bool, steps: list[Choice]
):
    build, port = uncertain(data, forwarded=forwarded)
    looks = looks_at(build, build.grow(steps).ends)
    note(build.flow.to_text())
    possible = [meaning(looks, {port.slot: chunks}, len(chunks)) for chunks in cuts([[item] for item in sent])]
    assert outcome(looks, "local", port, [[[item] for item in sent]]) in possible


def cuts(sent: list[Any]) -> Iterator[list[list[Any]]]:
    """Give every way to cut a list into chunks; the first tick runs with nothing, or with the first chunk."""
    for marks in itertools.product([False, True], repeat=len(sent)):
        places = [at for at, mark in enumerate(marks) if mark]
        yield [sent[a:b] for a, b in itertools.pairwise([0, *places, len(sent)])]


# ---------------------------------------------------------------- nothing is left out

OUTSIDE = {
    "source_external": "what clients send is given to the interpreter",
    "sim_input": "what a simulated test sends is too",
    "source_interval": "time is not modelled",
    "sample_every": "time is not modelled",
    "current_tick_instant": "time is not modelled",
    "timeout": "time is not modelled",
    "spin": "time is not modelled",
}
"""Operators that the interpreter does not know, and why."""
UNSEEN = {
    "for_each": "gives nothing to compare",
    "dest_sink": "gives nothing to compare",
    "sim_output": "the simulator's law uses it",
}
KNOWN = {*operators.OPERATORS, *interpreter.FROM_TICK_TO_TICK}


def test_the_interpreter_knows_every_operator():
    names = {each.name for each in classes()}
    assert names == KNOWN | set(OUTSIDE)
    assert KNOWN & set(OUTSIDE) == set()


def test_every_step_on_every_kind_of_collection():
    calm = certain([4, 1, 4], [2, 0, 1]).grow_all()
    looks = [look(each) for each in calm.made]
    assert differing(looks, outcome(looks), meaning(looks)) == []

    timed, port = uncertain([4, 1, 4], forwarded=False)
    looks = looks_at(timed, timed.grow_all().made)
    chunks = [[1, 2, 6, 6], [3], [2, 3]]
    want = meaning(looks, {port.slot: [[], *([chunk] for chunk in chunks)]}, 1 + len(chunks))
    assert differing(looks, outcome(looks, port=port, chunks=[[chunk] for chunk in chunks]), want) == []

    used = {node.op.name for flow in (calm.flow, timed.flow) for node in flow.graph.nodes.values()}
    assert used - set(OUTSIDE) == KNOWN - set(UNSEEN)
