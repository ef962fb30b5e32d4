"""What the tests of operators share: a flow of two processes, a run on lists, and expected source texts."""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path

import pytest

from hydro_nb import FlowBuilder, HydroError, nondet
from hydro_nb.ir.node import Bound, Order, Shape
from hydro_nb.testing import collect

SNAPSHOTS = Path(__file__).parent.parent / "snapshots"


class Leader: ...


class Worker: ...


class Shard: ...


class Replica: ...


@pytest.fixture(autouse=True)
def _own_state_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def flow():
    return FlowBuilder("ops")


@pytest.fixture
def leader(flow):
    return flow.process(Leader)


@pytest.fixture
def worker(flow):
    return flow.process(Worker)


@pytest.fixture
def shards(flow):
    return flow.cluster(Shard)


@pytest.fixture
def replicas(flow):
    return flow.cluster(Replica)


@pytest.fixture
def run():
    """Run a flow in this process and give what reached a collection."""
    return partial(collect, backend="inprocess")


@pytest.fixture
def both(run):
    """Run a collection in the fused cut and under every schedule of the simulator, and give the fused result.

    It must be among the outcomes of the simulator: equal where the order means something, else as a multiset. Of a
    live value that may change the last version counts. `clusters` gives their sizes; what a collection on a cluster
    gives is a dict by member.
    """

    def compare(collection, clusters=None):
        fused = run(collection, clusters=clusters or {})
        graph, outcomes = collection.flow.graph, []
        graph.begin("both-cuts")  # what is added to look at it is taken back
        stream, last = _as_stream(collection)
        port, simulation = stream.sim_output(), collection.flow.sim()
        for cluster, size in (clusters or {}).items():
            simulation.with_cluster_size(cluster, size)
        members = [(member,) for member in fused] if isinstance(fused, dict) else [()]

        async def body():
            outcomes.append([await _collected(port, member, ordered, last) for member in members])

        ordered = stream.kind.order is Order.TOTAL
        simulation.exhaustive(body)
        graph.rollback()
        each = fused.values() if isinstance(fused, dict) else [fused]
        want = [items if ordered else sorted(items, key=repr) for items in each]
        assert repr(want) in {repr(items) for items in outcomes}
        return fused

    return compare


async def _collected(port, member, ordered, last):
    items = await (port.collect(*member) if ordered else port.collect_sorted(*member, key=repr))
    return items[-1:] if last else items


def _as_stream(collection):
    """Give a stream outside ticks of a collection, and whether only its last element counts."""
    shape, inside, last = collection.kind.shape, collection.kind.place.kind == "tick", False
    if shape is Shape.KEYED_STREAM:
        collection = collection.entries()
    elif shape is Shape.KEYED_SINGLETON:
        collection = collection.into_singleton()
    if not shape.is_stream and not inside and collection.kind.bound is not Bound.BOUNDED:
        tick = collection.location.tick()
        collection, inside, last = collection.snapshot(tick, nondet("seen by a test")), True, True
    if inside:
        return collection.all_ticks(), last
    return (collection if shape.is_stream else collection.into_stream()), last


@pytest.fixture
def pairs(leader):
    """A keyed stream: a: 1, 3, 3; b: 2."""
    return leader.source_iter([("a", 1), ("b", 2), ("a", 3), ("a", 3)]).into_keyed()


@pytest.fixture
def live(leader, worker):
    """An unbounded stream on the leader: 1, 2, 3."""
    return worker.source_iter([1, 2, 3]).send(leader)


@pytest.fixture
def message():
    """Give the text of the error that a call raises, without the numbers of lines."""

    def of(call, error=HydroError):
        with pytest.raises(error) as caught:
            call()
        return re.sub(r"line \d+", "line _", str(caught.value))

    return of


@pytest.fixture
def snapshot(request):
    """Compare a text with the one that is kept for this test; HYDRO_NB_UPDATE=1 writes it anew."""

    def compare(text):
        path = SNAPSHOTS / f"{request.path.stem.removeprefix('test_')}.txt"
        if os.environ.get("HYDRO_NB_UPDATE"):
            path.write_text(text)
        assert path.exists(), f"{path.name} is not kept yet; run once with HYDRO_NB_UPDATE=1"
        assert text == path.read_text()

    return compare
