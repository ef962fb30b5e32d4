"""What is done with a flow that runs."""

from typing import assert_type

from hydro_nb import Deployment, FlowBuilder, Restart, nondet


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader, workers = flow.process(Leader), flow.cluster(Worker)
arrived = workers.source_iter([1]).send(leader).entries()
arrived.assume_ordering(nondet("unused")).for_each(print)
policy = Restart("on_failure", nondet("what comes twice is left out"), at_most=5, within=30)
assert_type(policy.at_most, int)
with flow.deploy(clusters={workers: 2}, backend="inprocess", restart=policy) as deployment:
    assert_type(deployment, Deployment)
    deployment.restart(leader, nondet("what comes twice is left out"))
    deployment.restart("Leader", nondet("it has failed"), timeout=5.0)
    deployment.restart((workers, 1))
    deployment.restart("Worker/0", timeout=5)
    with deployment.watch(arrived) as view:
        assert_type(view.elements(), list[str])
    done = deployment.redeploy()
    done = deployment.redeploy(leader.flow, clusters={workers: 3}, timeout=5)
    _: tuple[str, ...] = (*done.kept, *done.added, *done.removed, *done.replaced, done.whole)
some = {leader: policy, Worker: Restart("always", nondet("any will do"))}
with flow.deploy(clusters={workers: 2}, backend="inprocess", restart=some) as deployment:
    deployment.settle()
