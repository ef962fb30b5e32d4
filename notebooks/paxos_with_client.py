"""Clients that send their payloads to whoever leads at present."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paxos import Acceptors, Ballot, Committed, PaxosConfig, Proposers, paxos_core

from hydro_nb import (
    Cluster,
    NonDet,
    NoOrder,
    Optional,
    Stream,
    Unbounded,
    nondet,
    sliced,
)


@dataclass(frozen=True)
class CorePaxos:
    """Paxos as a service: who takes payloads, who keeps the log."""

    proposers: Proposers
    acceptors: Acceptors
    config: PaxosConfig

    def with_client(
        self,
        clients: Cluster[Any],
        payloads: Stream[Any, Cluster[Any]],
        a_checkpoint: Optional[int, Acceptors, Unbounded],
        nondet_commit: NonDet,
        nondet_order: NonDet,
    ) -> Stream[Committed, Proposers, Unbounded, NoOrder]:
        """Give the log of what clients send: slots with their payloads or `None`.

        What is sent to a leader that has lost its place is lost, which the client does not hear of (`nondet_commit`);
        payloads of several clients come in any order (`nondet_order`).
        """

        def at_proposers(elected: Stream[Ballot, Proposers]) -> Stream[Any, Proposers]:
            leader = elected.broadcast_closed(clients).values().inspect(announce).max()
            sent = to_the_leader(payloads, leader, nondet_commit)
            arrived = sent.demux(self.proposers).values()
            return arrived.assume_ordering(nondet("any order among clients is one", nondet_order))

        stale = nondet("who is elected decides which payloads are lost on the way", nondet_commit)
        args = (self.proposers, self.acceptors, a_checkpoint, at_proposers, self.config)
        return paxos_core(*args, stale, nondet_commit)[1]


def announce(ballot: Ballot) -> None:
    """Say on a client who leads."""
    print(f"Client notified that leader was elected: {ballot}")


def to_the_leader(
    payloads: Stream[Any, Cluster[Any]], leader: Optional[Ballot, Cluster[Any], Any], nondet_commit: NonDet
) -> Stream[tuple[Any, Any], Cluster[Any]]:
    """Give payloads under the newest leader that is known; they wait while there is none."""
    with sliced() as s:
        batch = s.batch(payloads, nondet("each payload is sent on its own"))
        newest = s.snapshot(leader, nondet("who hears late of a leader sends to the one before", nondet_commit))
        waiting = s.state_null(Stream)
        unsent = waiting.chain(batch)
        waiting.set(unsent.filter_if(newest.is_none()))
        return s.emit(unsent.cross_singleton(newest).map(lambda each: (each[1].proposer, each[0])))
