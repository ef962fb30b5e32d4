"""Killed and started again: what a deployment gives is among what the simulator explores."""

from __future__ import annotations

import itertools

import pytest

from hydro_nb import CLUSTER_SELF_ID, FlowBuilder, nondet
from hydro_nb.lang.sim_ports import MORE

ANY = nondet("any outcome is explored")


class Worker: ...


def connect(leader, workers, numbers):
    """Send each number to all workers, count what each of them got, and tell how many there are that is known of."""
    counted = numbers.broadcast(workers, None, ANY).enumerate()
    echoed = counted.map(lambda pair: (CLUSTER_SELF_ID.raw_id, *pair)).send(leader).values()
    events = leader.source_cluster_membership_stream(workers, ANY).entries()
    return echoed, events.map(lambda event: (event[0].raw_id, event[1].value))


def deployed(actions):
    """Give what comes of some actions: numbers that are sent, the kill and the restart of member 0, and waiting."""
    flow = FlowBuilder("killed")
    leader, workers, client = flow.process(), flow.cluster(Worker), flow.external()
    port, numbers = leader.source_external(client, int)
    outs = [stream.send_external(client) for stream in connect(leader, workers, numbers)]
    with flow.deploy(clusters={workers: 2}, backend="inprocess") as deployment:
        sender, receivers = deployment.connect(port), [deployment.connect(out) for out in outs]
        deployment.settle(60)
        for action in actions:
            if action == "kill":
                deployment.kill((workers, 0))
            elif action == "restart":
                deployment.restart((workers, 0), timeout=10)
            elif action == "settle":
                deployment.settle(60)
            else:
                sender.send(action)
        deployment.settle(60)
        return tuple(tuple(sorted(_drained(each))) for each in receivers)


def _drained(receiver):
    while True:
        try:
            yield receiver.receive(timeout=0.01)
        except TimeoutError:
            return


@pytest.fixture(scope="module")
def explored():
    flow = FlowBuilder("killed")
    leader, workers = flow.process(), flow.cluster(Worker)
    port, numbers = leader.sim_input(int)
    outs = [stream.sim_output() for stream in connect(leader, workers, numbers)]
    sim, seen = flow.sim().with_cluster_size(workers, 2).with_faults(workers, restarts=1), set()

    async def body():
        for number in (1, 2):
            port.send(number)
            while await MORE:
                pass
        seen.add(tuple(tuple(sorted(out._queue(ordered=False))) for out in outs))

    sim.exhaustive(body)
    return seen


def script(kill, restart, waits):
    """Send 1 and 2; kill and restart before the first, between them, after the second or never; wait after some."""
    for at in range(3):
        yield from ["kill"] * (kill == at) + ["restart"] * (restart == at)
        if at < 2:
            yield from [at + 1, *["settle"] * waits[at]]


NEVER = 9
TIMES = [(kill, restart) for kill in range(3) for restart in (*range(kill, 3), NEVER)]
ACTIONS = [list(script(*times, waits)) for waits in itertools.product((0, 1), repeat=2) for times in TIMES]


@pytest.mark.parametrize("actions", ACTIONS, ids=lambda actions: "-".join(map(str, actions)))
def test_what_a_deployment_gives_is_explored(actions, explored):
    assert deployed(actions) in explored


def test_much_more_is_explored_than_a_deployment_shows(explored):
    assert len(explored) > 3 * len({deployed(actions) for actions in ACTIONS[:10]})
