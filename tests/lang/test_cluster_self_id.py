"""The id of the member that runs a function: however the function comes by it, and however it leaves the member."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from functools import partial

import pytest
from own_ids import me, mine, pair

from hydro_nb import CLUSTER_SELF_ID, TCP, EncodeError, FlowBuilder, LocationError, MemberId, ProcessFailed
from hydro_nb.runtime.codec import make_codec
from hydro_nb.testing import collect
from hydro_nb.values import ClusterSelfId, act_as
from hydro_nb.wire import CodecSpec

ID = MemberId.from_raw_id
CODECS = {
    "auto": TCP.fail_stop(),
    "bincode": TCP.fail_stop().bincode(),
    "msgpack": TCP.fail_stop().msgpack(),
    "pickle": TCP.fail_stop().pickle(trusted="a test"),
}


class Worker: ...


class Leader: ...


@dataclass(frozen=True)
class Vote:
    voter: MemberId
    ballot: int


def closure(member):
    return lambda n: (member, n)


def typed(n: int) -> tuple[MemberId[Worker], int]:
    return me(), n


PAIRS = {
    "spliced": lambda n: (CLUSTER_SELF_ID, n),
    "imported": mine,
    "called by another": lambda n: (mine(n)[0], n),
    "in a closure": closure(CLUSTER_SELF_ID),
    "of a known type": typed,
    "in a partial": partial(pair, CLUSTER_SELF_ID),
    "by keyword": partial(lambda n, member: (member, n), member=CLUSTER_SELF_ID),
}
NESTED = {
    "alone": (lambda n: me(), lambda member: member),
    "in a list of dicts": (lambda n: [{"who": me()}], lambda member: [{"who": member}]),
    "as a key": (lambda n: {me(): n}, lambda member: {member: 1}),
    "in a set": (lambda n: {me()}, lambda member: {member}),
    "in a record": (lambda n: Vote(me(), n), lambda member: Vote(member, 1)),
}


@pytest.fixture
def flow():
    return FlowBuilder()


@pytest.fixture
def workers(flow):
    return flow.cluster(Worker)


@pytest.fixture
def leader(flow):
    return flow.process(Leader)


def received(sent, workers, backend="inprocess"):
    """What a process got, by the member that sent it."""
    rows = collect(sent.entries(), clusters={workers: 2}, backend=backend)
    return {sender.raw_id: element for sender, element in rows}


def types_in(value):
    """The types of all that an element is made of."""
    match value:
        case dict():
            parts = [*value, *value.values()]
        case list() | tuple() | set():
            parts = [*value]
        case Vote():
            parts = [value.voter, value.ballot]
        case _:
            parts = []
    return {type(value)}.union(*map(types_in, parts))


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("way", PAIRS)
def test_it_comes_by_every_way_and_leaves_by_every_codec(flow, workers, leader, way, codec):
    sent = workers.source_iter([1]).map(PAIRS[way]).send(leader, CODECS[codec])
    got = received(sent, workers)
    assert got == {0: (ID(0), 1), 1: (ID(1), 1)}
    assert types_in(list(got.values())) == {list, tuple, MemberId, int}


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("where", NESTED)
def test_it_is_carried_however_deep_it_lies(flow, workers, leader, where, codec):
    make, wanted = NESTED[where]
    got = received(workers.source_iter([1]).map(make).send(leader, CODECS[codec]), workers)
    assert got == {0: wanted(ID(0)), 1: wanted(ID(1))}
    assert ClusterSelfId not in types_in(list(got.values()))


@pytest.mark.parametrize("way", PAIRS)
def test_in_processes_of_their_own(flow, workers, leader, way):
    sent = workers.source_iter([1]).map(PAIRS[way]).send(leader)
    assert received(sent, workers, "local") == {0: (ID(0), 1), 1: (ID(1), 1)}


@pytest.mark.parametrize("backend", ["local", "inprocess"])
@pytest.mark.parametrize("data", [[CLUSTER_SELF_ID], lambda: [CLUSTER_SELF_ID], lambda: [me()]])
def test_in_what_a_source_begins_with(flow, workers, leader, data, backend):
    assert received(workers.source_iter(data).send(leader), workers, backend) == {0: ID(0), 1: ID(1)}


@pytest.mark.parametrize("value", [CLUSTER_SELF_ID, lambda: CLUSTER_SELF_ID, me])
def test_as_a_singleton(flow, workers, value):
    assert collect(workers.singleton(value), clusters={workers: 2}, backend="inprocess") == {
        ID(0): [ID(0)],
        ID(1): [ID(1)],
    }


def test_a_member_keeps_its_own_in_its_state(workers):
    ids = workers.source_iter([1, 2]).fold(set, lambda seen, n: {*seen, (me(), n)})
    got = collect(ids, clusters={workers: 2}, backend="inprocess")
    assert got == {ID(n): [{(ID(n), 1), (ID(n), 2)}] for n in (0, 1)}


def test_of_a_member_the_wire_has_its_number_alone():
    codec = make_codec(CodecSpec("bincode"), MemberId)
    act_as(ID(7, Worker))
    try:
        assert codec.encode([CLUSTER_SELF_ID, ID(8)]) == b"\7\0\0\0\10\0\0\0"
    finally:
        act_as(None)


def test_pickled_it_is_whoever_loads_it():
    frozen = pickle.dumps(CLUSTER_SELF_ID)
    act_as(ID(2, Worker))
    try:
        assert type(pickle.loads(frozen)) is MemberId
        assert pickle.loads(frozen) == ID(2)
    finally:
        act_as(None)
    assert pickle.loads(frozen) is CLUSTER_SELF_ID


def test_sent_by_who_is_no_member_it_names_nobody():
    codec = make_codec(CodecSpec("self-describing"), None)
    with pytest.raises(EncodeError, match=r"\[0\] cannot be sent: .* what sends it runs on none"):
        codec.encode([CLUSTER_SELF_ID])


ON_A_PROCESS = {
    "function": lambda leader: leader.source_iter([1]).map(lambda n: (CLUSTER_SELF_ID, n)),
    "partial": lambda leader: leader.source_iter([1]).map(partial(pair, CLUSTER_SELF_ID)),
    "closure": lambda leader: leader.source_iter([1]).map(closure(CLUSTER_SELF_ID)),
    "source": lambda leader: leader.source_iter(lambda: [CLUSTER_SELF_ID]),
    "data": lambda leader: leader.source_iter([CLUSTER_SELF_ID]),
    "singleton": lambda leader: leader.singleton(CLUSTER_SELF_ID),
}


@pytest.mark.parametrize("build", ON_A_PROCESS.values(), ids=ON_A_PROCESS)
def test_named_on_a_process_it_is_an_error_at_that_line(leader, build):
    with pytest.raises(
        LocationError, match=r"needs a cluster where .* CLUSTER_SELF_ID, but .* on Process\[Leader\]"
    ) as e:
        build(leader)
    assert "test_cluster_self_id.py, line" in str(e.value)


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_reached_through_helpers_on_a_process_it_is_an_error_when_it_runs(leader, backend):
    with pytest.raises(ProcessFailed, match=r"`CLUSTER_SELF_ID` names the cluster member .* runs on none") as caught:
        collect(leader.source_iter([1]).map(lambda n: me().raw_id), backend=backend)
    assert "test_cluster_self_id.py, line" in str(caught.value)
