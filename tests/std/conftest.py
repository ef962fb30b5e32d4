"""What tests of ready-made parts share: the results of every schedule, and what a process keeps after a run."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import partial

import cloudpickle
import pytest

from hydro_nb import HydroError
from hydro_nb.compile.program import compile_flow
from hydro_nb.ir.node import Order


@pytest.fixture(autouse=True)
def _own_state_folder(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def explored():
    """Send elements into a port under every schedule; give how many there were, and all that the streams gave."""

    def explore(port, elements, *streams, clusters=None):
        flow, outs, seen = streams[0].flow, [stream.sim_output() for stream in streams], set()
        ordered = [stream.kind.order is Order.TOTAL for stream in streams]
        in_order = flow.graph.nodes[port.slot].outputs[0].order is Order.TOTAL

        async def body():
            (port.send_many if in_order else port.send_many_unordered)(elements)
            got = [
                await (out.collect() if it else out.collect_sorted(key=repr))
                for out, it in zip(outs, ordered, strict=True)
            ]
            seen.add(tuple(map(tuple, got)))

        simulation = flow.sim()
        for cluster, members in (clusters or {}).items():
            simulation = simulation.with_cluster_size(cluster, members)
        return simulation.exhaustive(body), seen

    return explore


@pytest.fixture
def kept():
    """Run the program of a process that has one input on batches of it; give the tables that it keeps then."""

    def after(flow, batches):
        program = compile_flow(flow.graph)
        (location,) = (each for each in program.locations if each.source)
        namespace = cloudpickle.loads(program.captures[location.id])
        exec(location.source, namespace)
        state = namespace["start"]()
        for batch in batches:
            namespace["tick"](state, defaultdict(partial(list, batch)), {each: [] for each in location.outputs})
        values = {each: getattr(state, each) for each in state.__slots__ if each not in ("counts", "samples")}
        return {each: value for each, value in values.items() if isinstance(value, dict)}

    return after


@pytest.fixture
def message():
    """Give the text of the error that a call raises, without the numbers of lines."""

    def of(call, error=HydroError):
        with pytest.raises(error) as caught:
            call()
        return re.sub(r"line \d+", "line _", str(caught.value))

    return of
