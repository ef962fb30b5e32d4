"""Paxos as it is deployed: elected leaders, one log, and what is left when some of those who keep it die."""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import contextmanager

import pytest
from kv_replica import KvPayload, Replica, replicated
from paxos import Acceptor, PaxosConfig, Proposer
from paxos_bench import Client, bench_flow
from paxos_with_client import CorePaxos
from telling import require_throughput, texts, wait_for

from hydro_nb import FlowBuilder, MemberId, nondet

QUICK = PaxosConfig(1, 0.2, 0.4, 1)
STEADY = PaxosConfig(1, 0.2, 2.0, 1)
"""a leader may say nothing for a while, as on a busy machine, before another takes over"""
LASTING = PaxosConfig(1, 0.2, 60.0, 1)
"""whoever is elected leads until the end"""
ELECTED = re.compile(
    r"Client notified that leader was elected: Ballot\(num=\d+, proposer=MemberId::<Proposer>\((\d)\)\)"
)


class Console: ...


class Table:
    """A table on two replicas, written by clients by way of Paxos, and what its replicas have applied."""

    def __init__(self, config=QUICK, checkpoint_frequency=8):
        flow = self.flow = FlowBuilder("paxos")
        paxos = CorePaxos(flow.cluster(Proposer), flow.cluster(Acceptor), config)
        clients, replicas = flow.cluster(Client), flow.cluster(Replica)
        console, person = flow.process(Console), flow.external()
        self.sizes = {paxos.proposers: 2, paxos.acceptors: 3, clients: 1, replicas: 2}
        self.write, writes = console.source_external(person, tuple[str, int])
        payloads = writes.map(lambda write: (MemberId.from_raw_id(0), KvPayload(*write))).demux(clients)
        guards = nondet("what is lost is sent again"), nondet("there is one client")
        table = replicated(paxos, clients, replicas, payloads, 2, checkpoint_frequency, *guards)
        self.applied = table.processed.send(console).entries().send_external(person)
        self.logs = defaultdict(list)

    @contextmanager
    def running(self):
        with self.flow.deploy(clusters=self.sizes) as self.deployment:
            self.ins, self.outs = self.deployment.connect(self.write), self.deployment.connect(self.applied)
            yield self

    def send(self, numbers):
        for number in numbers:
            self.ins.send(("key", number))

    def wait(self, done, timeout=60.0):
        """Hear what replicas apply until this is so."""
        while not done():
            member, entry = self.outs.receive(timeout)
            self.logs[member.raw_id].append(entry)

    def numbers(self, replica):
        return [payload.value for _, payload in self.logs[replica] if payload is not None]

    def has(self, numbers):
        return all(set(numbers) <= set(self.numbers(replica)) for replica in (0, 1))

    def insist(self, numbers):
        """Send what is not applied again and again, as clients do."""
        while not self.has(numbers):
            self.send(number for number in numbers if not self.has([number]))
            try:
                self.wait(lambda: self.has(numbers), timeout=1.0)
            except TimeoutError:
                continue

    def leader(self):
        """Give the number of the proposer that clients were last told of."""
        found = [ELECTED.fullmatch(line.text) for line in self.deployment.logs("Client/0")]
        return int([each for each in found if each][-1][1])

    def check_logs(self):
        """Every replica has applied the same, slot by slot."""
        logs = [self.logs[replica] for replica in (0, 1)]
        assert [[slot for slot, _ in log] for log in logs] == [list(range(len(log))) for log in logs]
        shorter = min(map(len, logs))
        assert logs[0][:shorter] == logs[1][:shorter]


def test_one_is_elected_and_replicas_apply_every_write_once_and_in_order():
    table = Table(LASTING)
    with table.running():
        table.send(range(100))
        table.wait(lambda: [len(table.numbers(replica)) for replica in (0, 1)] == [100, 100])
        table.check_logs()
        assert table.numbers(0) == list(range(100))
        wait_for(table.deployment, lambda: table.deployment.logs("Client/0"))
        leader = table.leader()
        first = ["Proposers say hello", "Proposer leader expired, sending P1a"]
        wait_for(table.deployment, lambda: texts(table.deployment, f"Proposer/{leader}")[:2] == first)
        for number in range(3):
            acceptor = f"Acceptor/{number}"
            wait_for(table.deployment, lambda of=acceptor: "Acceptors say hello" in texts(table.deployment, of))


@pytest.mark.parametrize("acceptors", [[], ["Acceptor/1"]])
def test_the_leader_dies(acceptors):
    table = Table(STEADY)
    with table.running():
        table.insist(range(50))
        before = list(table.logs[0][:50])
        wait_for(table.deployment, lambda: table.deployment.logs("Client/0"))
        first = table.leader()
        table.send(range(50, 100))
        for name in [*acceptors, f"Proposer/{first}"]:
            table.deployment.kill(name)
        table.insist(range(50, 100))
        table.insist(range(100, 150))
        table.check_logs()
        assert table.logs[0][:50] == before
        assert set(table.numbers(0)) == set(range(150))
        wait_for(table.deployment, lambda: table.leader() != first)
        told = [text for text in texts(table.deployment, f"Proposer/{1 - first}") if "P1b" in text]
        assert re.search(r"\d+ slots from (48|[5-9]\d|1\d\d) on", told[-1]), told


@pytest.mark.parametrize("acceptor", [0, 2])
def test_an_acceptor_dies(acceptor):
    table = Table(LASTING)
    with table.running():
        table.send(range(20))
        table.wait(lambda: table.has(range(20)))
        table.deployment.kill(f"Acceptor/{acceptor}")
        table.send(range(20, 60))
        table.wait(lambda: table.has(range(60)))
        table.check_logs()
        assert table.numbers(0) == table.numbers(1) == list(range(60))


def test_throughput():
    flow, sizes = bench_flow(PaxosConfig(1, 5.0, 10.0, 15), 100)
    with flow.deploy(clusters=sizes) as deployment:
        require_throughput(deployment, "Aggregator")
