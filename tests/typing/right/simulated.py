"""Simulated tests of processes and clusters: ports of the right kind, sizes."""

from datetime import timedelta
from typing import Any, assert_type

from hydro_nb import (
    CLUSTER_SELF_ID,
    TCP,
    Cluster,
    FlowBuilder,
    KeyedStream,
    MemberId,
    NoOrder,
    Process,
    Stream,
    TotalOrder,
    Unbounded,
    nondet,
)
from hydro_nb.lang.sim_cluster_ports import SimClusterReceiver, SimClusterSender
from hydro_nb.lang.sim_ports import SimReceiver, SimSender


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader = flow.process(Leader)
workers = flow.cluster(Worker)
asked, questions = leader.sim_input(str)
assert_type(asked, SimSender[str])
assert_type(questions, Stream[str, Process[Leader]])
told, hints = workers.sim_input(int, order=NoOrder)
assert_type(told, SimClusterSender[int])
assert_type(hints, Stream[int, Cluster[Worker], Unbounded, NoOrder])

answers = hints.map(lambda n: (CLUSTER_SELF_ID.raw_id, n)).send(leader, TCP.lossy_delayed_forever())
assert_type(answers, KeyedStream[MemberId[Worker], tuple[int, int], Process[Leader], Unbounded, NoOrder])
assert_type(answers.values().sim_output(), SimReceiver[tuple[int, int]])
heard = questions.broadcast(workers, None, nondet("all are there"))
assert_type(heard, Stream[str, Cluster[Worker], Unbounded, TotalOrder])
heard_out = heard.sim_output()
assert_type(heard_out, SimClusterReceiver[str])
assert_type(hints.sim_cluster_output(), SimClusterReceiver[int])


async def body() -> None:
    asked.send("who?")
    told.send(0, 1)
    told.send_many_unordered([(1, 2), (MemberId.from_raw_id(0), 3)])
    assert_type(await heard_out.next(1), str)
    assert_type(await heard_out.collect(MemberId.from_raw_id(0)), list[str])
    await heard_out.assert_yields_only(0, [])


simulation = flow.sim().with_faults(workers, crashes=1, joins=1, restarts=1).with_faults(leader)


async def later() -> None:
    await simulation.advance(1.5)
    await simulation.advance(timedelta(minutes=1))
    assert_type(simulation.members(workers), list[MemberId[Any]])


assert_type(flow.sim().with_cluster_size(workers, 2).test_safety_only().with_most_steps(9).fuzz(body, runs=3), int)
