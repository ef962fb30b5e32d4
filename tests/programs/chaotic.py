"""Programs that go on while faults strike them, each with what must hold whatever happens to them."""

from __future__ import annotations

import os
import time
from itertools import count

from clustered import Coordinator, Participant
from test_paxos import Table

from hydro_nb import TCP, FlowBuilder, MemberId, Ok, nondet
from hydro_nb.std.quorum import collect_quorum
from hydro_nb.testing import chaos
from hydro_nb.testing.plan import HARMLESS

PATIENCE = 60
"""Seconds until something has to come that comes at once where nothing strikes."""
COUNTERS, PARTICIPANTS, BATCH = 3, 3, 40
WHY = nondet("what comes is enough")
TEXT = "the quick brown fox jumps over the lazy dog and so on to the end of all things"


class Reader: ...


class Splitter: ...


class Tally: ...


class Collector: ...


class Monitor: ...


class Console: ...


def strike(deployment, seed, seconds, work, kinds=HARMLESS):
    """Work until the time has passed while faults strike, and once more when they have ended; gives what struck."""
    until = time.monotonic() + seconds
    with chaos(deployment, seed=seed, kinds=kinds, mean_seconds=0.2) as struck:
        while time.monotonic() < until or not struck.log:
            work()
    work()
    deployment.settle(PATIENCE)
    assert deployment.faults == []
    assert [problem for problem in deployment.problems if problem.fatal] == []
    assert {row.state for row in deployment.processes} == {"running"}
    return struck


class WordCount:
    """Lines are split, their words numbered and dealt out by their length, and what is dealt out comes back."""

    def __init__(self):
        flow = self.flow = FlowBuilder("words")
        reader, splitter, collector, monitor = (flow.process(each) for each in (Reader, Splitter, Collector, Monitor))
        tallies, person = flow.cluster(Tally), flow.external()
        self.sizes = {tallies: COUNTERS}
        self.port, lines = reader.source_external(person, str)
        words = lines.send(splitter, TCP.fail_stop()).flat_map_ordered(str.split).enumerate()
        dealt = words.map(lambda pair: (MemberId.from_raw_id(len(pair[1]) % COUNTERS), pair))
        there = dealt.demux(tallies, TCP.fail_stop())
        self.back = there.send(collector, TCP.fail_stop()).entries().send_external(person)
        heard = words.map(lambda pair: pair[0]).send(monitor, TCP.lossy(WHY))
        self.edge, self.heard = heard.ref.slot, heard.send_external(person)

    def run(self, seed, seconds):
        with self.flow.deploy(clusters=self.sizes) as deployment:
            self.pids = [row.pid for row in deployment.processes]
            self.ins, self.outs = deployment.connect(self.port), deployment.connect(self.back)
            self.words, self.newest = {}, dict.fromkeys(range(COUNTERS), -1)
            struck = strike(deployment, seed, seconds, self.work)
            assert sorted(self.words) == list(range(len(self.words)))
            expected = TEXT.split()
            assert all(word == expected[number % len(expected)] for number, word in self.words.items())
            self.check_heard(deployment)
        return struck, len(self.words)

    def work(self):
        """Send some lines, and hear of each of their words once, in the order in which they were dealt out."""
        for _ in range(BATCH):
            self.ins.send(TEXT)
        for _ in range(BATCH * len(TEXT.split())):
            member, (number, word) = self.outs.receive(PATIENCE)
            assert number > self.newest[member.raw_id], "a word came twice, or was overtaken"
            assert number not in self.words
            self.newest[member.raw_id] = number
            self.words[number] = word

    def check_heard(self, deployment):
        """What may be lost came once and in order, and all that was lost is counted."""
        lost = deployment.snapshot().discarded.get(self.edge, 0)
        port = deployment.connect(self.heard)
        heard = [port.receive(PATIENCE) for _ in range(len(self.words) - lost)]
        assert heard == sorted({*heard})
        assert {*heard} <= {*self.words}


class TwoPhaseCommit:
    """Payloads are given once all participants have voted for them and then have committed them."""

    def __init__(self):
        flow = self.flow = FlowBuilder("two_pc")
        coordinator, participants = flow.process(Coordinator), flow.cluster(Participant)
        console, person = flow.process(Console), flow.external()
        self.sizes = {participants: PARTICIPANTS}
        self.port, payloads = coordinator.source_external(person, int)
        voted, asked = confirmed(payloads, participants)
        done, told = confirmed(voted, participants)
        self.done = done.send_external(person)
        seen = [each.send(console, TCP.fail_stop()).entries() for each in (asked, told)]
        self.asked, self.told = (each.send_external(person) for each in seen)

    def run(self, seed, seconds):
        with self.flow.deploy(clusters=self.sizes) as deployment:
            self.pids = [row.pid for row in deployment.processes]
            self.ins, self.outs = deployment.connect(self.port), deployment.connect(self.done)
            self.count, self.given = 0, []
            struck = strike(deployment, seed, seconds, self.work)
            assert sorted(self.given) == list(range(self.count))
            for port in (self.asked, self.told):
                seen = {number: [] for number in range(PARTICIPANTS)}
                for _ in range(self.count * PARTICIPANTS):
                    member, payload = deployment.connect(port).receive(PATIENCE)
                    seen[member.raw_id].append(payload)
                assert all(sorted(mine) == list(range(self.count)) for mine in seen.values())
        return struck, self.count

    def work(self):
        """Send some payloads, and hear of each once that all have committed it."""
        for number in range(self.count, self.count + BATCH):
            self.ins.send(number)
        self.given += [self.outs.receive(PATIENCE) for _ in range(BATCH)]
        self.count += BATCH


def confirmed(payloads, cluster):
    """Show each payload to all participants; gives it once all have agreed, and what they were shown."""
    shown = payloads.broadcast(cluster, TCP.fail_stop(), nondet("no participant joins later"))
    votes = shown.map(lambda payload: (payload, Ok(()))).typed(tuple[int, Ok[tuple[()]]])
    return collect_quorum(votes.send(payloads.location).values(), PARTICIPANTS, PARTICIPANTS)[0], shown


class Paxos(Table):
    """A table on two replicas: whoever leads, both have the same log, and what is insisted on is in it."""

    def run(self, seed, seconds):
        self.decided, self.known, self.next = {}, {0: set(), 1: set()}, count()
        self.length = dict.fromkeys((0, 1), 0)
        with self.flow.deploy(clusters=self.sizes) as deployment:
            self.pids = [row.pid for row in deployment.processes]
            self.ins, self.outs = deployment.connect(self.write), deployment.connect(self.applied)
            struck = strike(deployment, seed, seconds, self.work)
        return struck, min(self.length.values())

    def work(self):
        """Write some numbers again and again until both replicas have applied them, as clients do."""
        numbers, until = {next(self.next) for _ in range(BATCH)}, time.monotonic() + PATIENCE
        while missing := numbers - (self.known[0] & self.known[1]):
            assert time.monotonic() < until, f"{len(missing)} of {BATCH} writes are not applied"
            self.send(sorted(missing))
            self.hear_until(lambda wanted=missing: wanted <= self.known[0] & self.known[1])

    def hear_until(self, done):
        try:
            while not done():
                member, (slot, payload) = self.outs.receive(1.0)
                self.apply(member.raw_id, slot, payload)
        except TimeoutError:
            return

    def apply(self, replica, slot, payload):
        """Each replica has slot after slot, and no slot is decided twice."""
        assert slot == self.length[replica]
        self.length[replica] += 1
        assert self.decided.setdefault(slot, payload) == payload
        if payload is not None:
            self.known[replica].add(payload.value)


class Announcements:
    """Numbers are announced to whoever of a cluster is there; its members are started again and again."""

    def __init__(self):
        flow = self.flow = FlowBuilder("announcements")
        speaker, collector, tallies = flow.process(Reader), flow.process(Collector), flow.cluster(Tally)
        person = flow.external()
        self.sizes = {tallies: COUNTERS}
        self.port, numbers = speaker.source_external(person, int)
        heard = numbers.broadcast(tallies, TCP.fail_stop(), nondet("who comes later hears what comes later"))
        told = heard.map(lambda number: (os.getpid(), number)).send(collector, TCP.fail_stop())
        self.back = told.values().send_external(person)

    def run(self, seed, seconds):
        with self.flow.deploy(clusters=self.sizes) as deployment:
            self.pids = [row.pid for row in deployment.processes]
            self.ins, self.outs = deployment.connect(self.port), deployment.connect(self.back)
            self.heard, self.said = {}, 0
            struck = strike(deployment, seed, seconds, self.work, (*HARMLESS, "restart"))
            there = {row.pid for row in deployment.processes if row.name.startswith("Tally")}
            self.hear_until(lambda: all(self.heard.get(pid) == self.said - 1 for pid in there))
            self.pids += self.heard
        return struck, self.said

    def work(self):
        """Announce some numbers, and hear what those say who are there."""
        for _ in range(BATCH):
            self.ins.send(self.said)
            self.said += 1
        last = self.said - 1
        self.hear_until(lambda: last in self.heard.values())

    def hear_until(self, done):
        """Each life hears number after number, from the first that it hears on."""
        while not done():
            pid, number = self.outs.receive(PATIENCE)
            assert number == self.heard.get(pid, number - 1) + 1
            self.heard[pid] = number


PROGRAMS = {"word count": WordCount, "two_pc": TwoPhaseCommit, "paxos": Paxos, "announcements": Announcements}
