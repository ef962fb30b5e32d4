"""Whatever is built of operators and however it is run, it gives what the naive interpreter says that it means."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from naive import interpreter, operators
from naive.flows import Build, Choice, Look, look
from naive.interpreter import Given
from naive.places import CYCLES, OWN, SENDING
from naive.skipping import SKIPPING, SKIPPING_IN_TICKS
from naive.steps import CLAIMS, FUTURES, STEPS, TICKS, Group, Steps
from test_operators import operators as classes

from hydro_nb import CLUSTER_SELF_ID, DeployError, FlowBuilder
from hydro_nb.ir.node import Bound
from hydro_nb.lang.sim_ports import MORE, execution
from hydro_nb.sim import Simulation

choices = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 999), st.integers(0, 9)), min_size=1, max_size=16)
many_choices = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 999), st.integers(0, 9)), min_size=40, max_size=80)
numbers = st.lists(st.integers(0, 9), max_size=6)
sizes = st.integers(1, 3)
placed = st.sampled_from(["here", "there", "members"])
chunked = st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=4), max_size=4)


def law(examples: int) -> Any:
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def table(home: Any) -> Any:
    return home.source_iter([(0, 1), (1, 4), (0, 7)]).into_keyed().value_counts()


def on_members(group: Group, data: list[int]) -> list[Any]:
    """Begin on a cluster: with what all members have, and with what is their own."""
    cluster = group.cluster
    own = cluster.source_iter(lambda: [CLUSTER_SELF_ID.raw_id, 3])
    return [cluster.singleton(lambda: CLUSTER_SELF_ID.raw_id), table(cluster), own, cluster.source_iter(data)]


def certain(left: list[int], right: list[int], size: int) -> Build:
    """Begin a flow in which nothing is left open."""
    flow = FlowBuilder()
    home, away, group = flow.process(), flow.process(), Group(flow.cluster(), size)
    made = [home.singleton(5), table(home), home.source_stream(lambda: iter(right)), home.source_iter(left)]
    made = [*on_members(group, right), *made]
    return Build(home, away, group, [STEPS, SKIPPING, CLAIMS, SENDING, OWN, CYCLES, FUTURES], made, anywhere=True)


def simulated(data: list[int], size: int) -> tuple[Build, Any]:
    """Begin a flow in which nothing is left open, with a port for a test."""
    flow = FlowBuilder()
    home, away, group = flow.process(), flow.process(), Group(flow.cluster(), size)
    port, stream = home.sim_input(int)
    made = [*on_members(group, data), home.singleton(5), table(home), stream, home.source_iter(data)]
    return Build(home, away, group, [STEPS, SKIPPING, SENDING, OWN, CYCLES], made, anywhere=True), port


def items(chunk: list[int]) -> list[int]:
    return chunk


def uncertain(data: list[int], size: int, *, ticking: str) -> tuple[Build, Any]:
    """Begin a flow whose ticks see what comes in through a port, as lists: no tick sees a part of one.

    The ticks are where the port is, on another process, or on a cluster.
    """
    flow = FlowBuilder()
    entry, away, group = flow.process(), flow.process(), Group(flow.cluster(), size)
    home = {"here": lambda: entry, "there": flow.process, "members": flow.cluster}[ticking]()
    port, whole = entry.source_external(flow.external(), list[int])
    stream = {"here": lambda: whole, "there": lambda: whole.send(home), "members": lambda: whole.broadcast_closed(home)}
    made = [home.singleton(5), table(home), home.source_iter(data), stream[ticking]().flat_map_ordered(items)]
    sizes = {home: size} if ticking == "members" else {}
    steps = [STEPS, SKIPPING, SKIPPING_IN_TICKS, CLAIMS, TICKS, OWN, SENDING]
    return Build(home, away, group, steps, made, sizes=sizes), port


def looks_at(build: Build, collections: list[Any]) -> list[Look]:
    return [look(each, each_tick=each.kind.place.root == build.home.place) for each in collections]


def meaning(build: Build, looks: list[Look], chunks: Any = None, ticks: int = 1) -> list[Any]:
    """Give what the interpreter says that one sees."""
    sizes = {cluster.place.slot: size for cluster, size in build.clusters.items()}
    lines = interpreter.run(build.flow.graph, Given(chunks or {}, ticks, sizes))
    return [shown(build, each, lambda number, of=each.stream.ref: flat(lines[of, number])) for each in looks]


def flat(line: list[Any]) -> list[Any]:
    return [item for entry in line for item in entry]


def shown(build: Build, look: Look, given: Callable[[int], list[Any]]) -> Any:
    """Give what must be equal of what each that shows something gives, by its number."""
    return [look.plain(given(number)) for number in range(build.clusters.get(look.stream.location, 1))]


def outcome(
    build: Build, looks: list[Look], port: Any = None, chunks: Any = (), backend: Any = "inprocess", colocate: Any = ()
) -> list[Any]:
    """Give what one sees in a deployment into which lists of chunks are sent, each after the one before has settled."""
    outs = [each.stream.send_external(build.flow.external()) for each in looks]
    with build.flow.deploy(clusters=build.clusters, backend=backend, colocate=colocate, max_buffer=2**30) as deployment:
        deployment.settle()
        for sent in chunks:
            for chunk in sent:
                deployment.connect(port).send(chunk)
            deployment.settle()
        return [
            shown(build, each, of_members(each, list(drain(deployment.connect(out)))))
            for each, out in zip(looks, outs, strict=True)
        ]


def of_members(look: Look, rows: list[Any]) -> Callable[[int], list[Any]]:
    """Tell what came from each, where a client has that of all members of a cluster with their ids."""
    if not look.on_cluster:
        return lambda _: rows
    return lambda number: [item for member, item in rows if member.raw_id == number]


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


@given(numbers, numbers, sizes, choices)
@law(120)
def test_in_process_a_flow_gives_what_it_means(left: list[int], right: list[int], size: int, steps: list[Choice]):
    build = certain(left, right, size).grow(steps)
    looks = [look(each) for each in build.ends]
    note(build.flow.to_text())
    assert differing(looks, outcome(build, looks), meaning(build, looks)) == []


@given(numbers, numbers, sizes, many_choices)
@law(2)
def test_in_processes_of_the_operating_system_too(left: list[int], right: list[int], size: int, steps: list[Choice]):
    build = certain(left, right, size).grow(steps)
    looks = [look(each) for each in build.ends]
    note(build.flow.to_text())
    assert differing(looks, outcome(build, looks, backend="local"), meaning(build, looks)) == []


@given(numbers, numbers, sizes, choices)
@law(3)
def test_in_a_process_that_all_share(left: list[int], right: list[int], size: int, steps: list[Choice]):
    build = certain(left, right, size).grow(steps)
    looks = [look(each) for each in build.ends]
    note(build.flow.to_text())
    running = {kind.place.root for node in build.flow.graph.nodes.values() for kind in node.outputs}
    together = [each for each in (build.home, build.away, build.group.cluster) if each.place in running]
    assert differing(looks, outcome(build, looks, backend="local", colocate=[together]), meaning(build, looks)) == []


@given(numbers, numbers, sizes, choices)
@law(60)
def test_in_the_simulator_there_is_one_execution(left: list[int], right: list[int], size: int, steps: list[Choice]):
    build, port = simulated(left, size)
    build.grow(steps)
    fixed = [each for each in build.ends if each.kind.shape.is_stream or each.kind.bound is Bound.BOUNDED]
    looks, seen = [look(each) for each in fixed], []
    outs = [each.stream.sim_output() for each in looks]

    async def body() -> None:
        port.send_many(right)
        while await MORE:
            pass
        seen.append([shown(build, each, waiting(out)) for each, out in zip(looks, outs, strict=True)])

    note(build.flow.to_text())
    assert simulation(build).exhaustive(body) == 1
    assert not looks or differing(looks, seen[0], meaning(build, looks, {port.slot: [right]})) == []


def simulation(build: Build) -> Simulation:
    made = build.flow.sim()
    for cluster, size in build.clusters.items():
        made.with_cluster_size(cluster, size)
    return made


def waiting(out: Any) -> Callable[[int], list[Any]]:
    """Tell what a port has, at each member where it is on a cluster."""
    return lambda number: list(execution.get().arrived(out.slot, ordered=False, member=number))


# ---------------------------------------------------------------- flows whose ticks see chunks


@given(data=numbers, chunks=chunked, ticking=placed, size=sizes, steps=choices)
@law(120)
def test_ticks_that_see_chunks_give_what_the_chunks_mean(
    *, data: list[int], chunks: list[list[int]], ticking: str, size: int, steps: list[Choice]
):
    build, port = uncertain(data, size, ticking=ticking)
    looks = looks_at(build, build.grow(steps).ends)
    note(build.flow.to_text())
    want = meaning(build, looks, {port.slot: [[], *([chunk] for chunk in chunks)]}, 1 + len(chunks))
    assert differing(looks, outcome(build, looks, port, [[chunk] for chunk in chunks]), want) == []


@given(data=numbers, sent=st.lists(st.integers(0, 9), max_size=4), ticking=placed, size=sizes, steps=many_choices)
@law(2)
def test_a_deployment_gives_what_some_chunks_mean(
    *, data: list[int], sent: list[int], ticking: str, size: int, steps: list[Choice]
):
    build, port = uncertain(data, size, ticking=ticking)
    looks = looks_at(build, build.grow(steps).ends)
    note(build.flow.to_text())
    possible = [meaning(build, looks, {port.slot: chunks}, len(chunks)) for chunks in cuts([[item] for item in sent])]
    assert outcome(build, looks, port, [[[item] for item in sent]], "local") in possible


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
    "bidi_external_many_bytes": "clients on sockets are not modelled",
    "bind_single_client": "clients on sockets are not modelled",
    "client_membership": "clients on sockets are not modelled",
    "to_clients": "clients on sockets are not modelled",
    "sidecar_bidi": "a function of the user's own that runs beside the flow is not modelled",
    "to_sidecar": "a function of the user's own that runs beside the flow is not modelled",
}
"""Operators that the interpreter does not know, and why."""
UNSEEN = {
    "for_each": "gives nothing to compare",
    "dest_sink": "gives nothing to compare",
    "sim_output": "the simulator's law uses it",
}
KNOWN = {*operators.OPERATORS, *interpreter.FROM_TICK_TO_TICK, *interpreter.ROUTES, interpreter.MEMBERS}


def test_the_interpreter_knows_every_operator():
    names = {each.name for each in classes()}
    assert names == KNOWN | set(OUTSIDE)
    assert KNOWN & set(OUTSIDE) == set()


def all_steps(change: Callable[[list[Steps]], list[Steps]]) -> list[Build]:
    """Compare what every step of some tables gives, on every kind of collection, with what it means."""
    calm = certain([4, 1, 4], [2, 0, 1], 2)
    calm.steps = change(calm.steps)
    looks = [look(each) for each in calm.grow_all().made]
    assert differing(looks, outcome(calm, looks), meaning(calm, looks)) == []

    timed, port = uncertain([4, 1, 4], 2, ticking="here")
    timed.steps = change(timed.steps)
    looks = looks_at(timed, timed.grow_all().made)
    chunks = [[1, 2, 6, 6], [3], [2, 3]]
    want = meaning(timed, looks, {port.slot: [[], *([chunk] for chunk in chunks)]}, 1 + len(chunks))
    assert differing(looks, outcome(timed, looks, port, [[chunk] for chunk in chunks]), want) == []
    return [calm, timed]


SKIPS = (SKIPPING, SKIPPING_IN_TICKS)
KINDS = {"into_keyed", "weaken_ordering", "weaken_boundedness", "batch", "atomic"}
"""Steps to other kinds of streams."""


def test_every_step_that_skips():
    to_kinds = [{shape: {name: t[shape][name] for name in KINDS & {*t[shape]}} for shape in t} for t in (STEPS, TICKS)]
    all_steps(lambda tables: [*to_kinds, *(table for table in tables if table in SKIPS)])


def test_every_step_on_every_kind_of_collection():
    calm, timed = all_steps(lambda tables: [table for table in tables if table not in SKIPS])
    used = {node.op.name for flow in (calm.flow, timed.flow) for node in flow.graph.nodes.values()}
    assert used - set(OUTSIDE) == KNOWN - set(UNSEEN)
