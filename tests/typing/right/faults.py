"""Faults on purpose, from code and at random beside a flow."""

from typing import assert_type

from hydro_nb import Cluster, Deployment, FlowBuilder, MemberId, Process, nondet
from hydro_nb.testing import Chaos, chaos


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader, workers = flow.process(Leader), flow.cluster(Worker)


def strike(deployment: Deployment, leader: Process[Leader], workers: Cluster[Worker]) -> None:
    deployment.pause(leader)
    deployment.resume(Leader)
    deployment.pause((workers, 1))
    deployment.resume("Worker/1")
    deployment.cut(leader, workers)
    deployment.heal(Worker, Leader)
    deployment.delay(leader, MemberId.from_raw_id(0, "Worker"), 0.2)
    deployment.drop(leader, (Worker, 1), 0.1, seed=3)
    deployment.kill(leader)
    deployment.restart((workers, 0))
    for fault in deployment.faults:
        assert_type(fault.processes, tuple[str, ...])
        assert_type(fault.seconds, float)


def struck(deployment: Deployment) -> Chaos:
    with chaos(deployment, seed=7, kinds=("pause", "cut"), mean_seconds=0.2) as faults:
        deployment.settle()
    assert_type(faults.log, list[tuple[float, str]])
    return chaos(deployment, replay=faults.log)


async def beside(deployment: Deployment) -> None:
    async with chaos(deployment) as faults:
        await deployment.settled()
    print(faults, nondet("shown"))
