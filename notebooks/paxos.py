"""Multi-Paxos: proposers elect a leader, which gives payloads their slots in a log that acceptors keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from hydro_nb import (
    CLUSTER_SELF_ID,
    AtLeastOnce,
    Bounded,
    Cluster,
    MemberId,
    NonDet,
    NoOrder,
    Optional,
    Singleton,
    Stream,
    Tick,
    Unbounded,
    nondet,
    proof,
)
from hydro_nb.std.quorum import collect_quorum, collect_quorum_with_response
from hydro_nb.std.request_response import join_responses
from hydro_nb.values import Err, Ok


class Proposer: ...


class Acceptor: ...


class Ballot(NamedTuple):
    """A term of one proposer's; the greater one counts."""

    num: int
    proposer: MemberId[Proposer]


class LogValue(NamedTuple):
    """What an acceptor has in a slot; `None` is a hole that was filled with nothing."""

    ballot: Ballot
    value: Any


class P2a(NamedTuple):
    """What a leader asks acceptors to put into a slot."""

    ballot: Ballot
    slot: int
    value: Any


class Promise(NamedTuple):
    """What an acceptor has when it promises to hear no lesser ballot; slots below the checkpoint are forgotten."""

    checkpoint: int
    log: dict[int, LogValue]


Slot = tuple[int, Ballot]
"""a place in the log as one leader proposes it"""
P1b = tuple[Ballot, Ok[Promise] | Err[Ballot]]
P2b = tuple[Slot, Ok[tuple[()]] | Err[Ballot]]
Proposers = Cluster[Proposer]
Acceptors = Cluster[Acceptor]
AtProposer = Tick[Proposers]
AtAcceptor = Tick[Acceptors]
Committed = tuple[int, Any]
"""a slot with what was decided for it"""
NOBODY = Ballot(-1, MemberId.from_raw_id(0))
"""less than any ballot that is asked for"""


Heartbeat = Callable[
    [Proposers, AtProposer, Singleton[bool, AtProposer, Bounded], Singleton[Ballot, AtProposer, Bounded], Any, NonDet],
    tuple[Stream[Ballot, Proposers, Unbounded, NoOrder, AtLeastOnce], Singleton[bool, AtProposer, Bounded]],
]
"""what makes of who leads, with which ballot, the ballots of leaders that are heard of, and whether to try to lead"""


@dataclass(frozen=True)
class PaxosConfig:
    """How many may fail, and how long to wait, in seconds."""

    f: int
    i_am_leader_send_timeout: float
    """how often the leader says that it is there"""
    i_am_leader_check_timeout: float
    """how long the others wait to hear it"""
    i_am_leader_check_timeout_delay_multiplier: int
    """how many of these times a proposer waits at the start for each one that is before it"""

    @property
    def quorum(self) -> int:
        """How many acceptors decide: any two such groups have one in common."""
        return self.f + 1

    @property
    def acceptors(self) -> int:
        """How many acceptors there are."""
        return 2 * self.f + 1


def paxos_core(
    proposers: Proposers,
    acceptors: Acceptors,
    a_checkpoint: Optional[int, Acceptors, Unbounded],
    c_to_proposers: Callable[[Stream[Ballot, Proposers]], Stream[Any, Proposers]],
    config: PaxosConfig,
    nondet_leader: NonDet,
    nondet_commit: NonDet,
    heartbeat: Heartbeat | None = None,
) -> tuple[Stream[Ballot, Proposers], Stream[Committed, Proposers, Unbounded, NoOrder]]:
    """Give the ballots of those who become leader, and the log: each slot with its payload or `None`, in any order.

    Payloads that reach a proposer that does not lead, or no longer does, may be lost (`nondet_commit`); who leads is
    left open (`nondet_leader`). A slot that a leader finds in the log is committed again, always with the same payload.
    `heartbeat` says when a proposer should try to lead; by default when none has been heard of for some time.
    """
    proposers.source_iter(["Proposers say hello"]).for_each(print)
    acceptors.source_iter(["Acceptors say hello"]).for_each(print)
    tick = proposers.tick()
    p1b_handle, p1bs = proposers.forward_ref(Stream, of=P1b, order=NoOrder)
    p2b_handle, p2bs = proposers.forward_ref(Stream, of=P2b, order=NoOrder)

    election = (proposers, tick, p1bs, p2bs, config, nondet_leader, heartbeat or p_leader_heartbeat)
    p_ballot, promises, p1as = leader_election(*election)
    is_leader = promises.is_some()
    just_elected = is_leader.and_(was(is_leader).not_())
    elected = p_ballot.filter_if(just_elected).all_ticks()

    payloads = c_to_proposers(elected).batch(
        tick, nondet("a payload is lost where it meets a proposer that does not lead", nondet_commit)
    )
    p2as, committed = sequence_payload(
        tick,
        payloads.filter_if(is_leader),
        p_ballot,
        promises.filter_if(just_elected).flatten_unordered(),
        p2bs,
        config,
    )
    at_acceptors = (p1as.broadcast_closed(acceptors).values(), p2as.broadcast_closed(acceptors).values())
    a_to_p1b, a_to_p2b = acceptor(acceptors, proposers, *at_acceptors, a_checkpoint, nondet_commit)
    p1b_handle.complete(a_to_p1b)
    p2b_handle.complete(a_to_p2b)
    return elected, committed


def was(now: Singleton[bool, AtProposer, Bounded]) -> Singleton[bool, AtProposer, Bounded]:
    """Say what was so in the tick before."""
    return now.filter(lambda it: it).defer_tick().is_some()


# ------------------------------------------------------------ who leads


def leader_election(
    proposers: Proposers,
    tick: AtProposer,
    p1bs: Stream[P1b, Proposers, Unbounded, NoOrder],
    p2bs: Stream[P2b, Proposers, Unbounded, NoOrder],
    config: PaxosConfig,
    nondet_leader: NonDet,
    heartbeat: Heartbeat,
) -> tuple[
    Singleton[Ballot, AtProposer, Bounded], Optional[list[Promise], AtProposer, Bounded], Stream[Ballot, Proposers]
]:
    """Give a proposer's ballot, the promises that make it the leader, and the ballots that it asks acceptors for."""
    heard_sender, heard = proposers.channel(Stream, of=Ballot, order=NoOrder, retries=AtLeastOnce)
    heard_sender.send(p1bs.filter_map(refused_for))
    heard_sender.send(p2bs.filter_map(refused_for))
    greatest = heard.max().snapshot(
        tick, nondet("who hears late of a greater ballot only fails with its own", nondet_leader)
    )
    p_ballot = p_ballot_calc(greatest)
    promises = p_p1b(tick, p1bs, p_ballot, config)
    beats, expired = heartbeat(proposers, tick, promises.is_some(), p_ballot, config, nondet_leader)
    heard_sender.send(beats)

    return p_ballot, promises, p_p1a(p_ballot, expired)


def p_p1a(
    p_ballot: Singleton[Ballot, AtProposer, Bounded], expired: Singleton[bool, AtProposer, Bounded]
) -> Stream[Ballot, Proposers]:
    """Ask for a ballot once: acceptors that answered it twice would count for more than they are."""
    asked = p_ballot.filter_if(expired).all_ticks().unique()
    return asked.inspect(lambda _: print("Proposer leader expired, sending P1a"))


def refused_for(answer: tuple[Any, Ok[Any] | Err[Ballot]]) -> Ballot | None:
    """Give the greater ballot that an acceptor refused something for."""
    return answer[1].error if isinstance(answer[1], Err) else None


def p_ballot_calc(greatest: Optional[Ballot, AtProposer, Bounded]) -> Singleton[Ballot, AtProposer, Bounded]:
    """Give the least ballot of a proposer's own that no ballot it has heard of is greater than."""

    def own_ballot(heard: Ballot | None) -> Ballot:
        if heard is None:
            return Ballot(0, CLUSTER_SELF_ID)
        return Ballot(heard.num + (heard.proposer > CLUSTER_SELF_ID), CLUSTER_SELF_ID)

    return greatest.into_singleton().map(own_ballot)


def p_p1b(
    tick: AtProposer,
    p1bs: Stream[P1b, Proposers, Unbounded, NoOrder],
    p_ballot: Singleton[Ballot, AtProposer, Bounded],
    config: PaxosConfig,
) -> Optional[list[Promise], AtProposer, Bounded]:
    """Give the promises of a quorum to a proposer's present ballot; absent while it does not lead."""
    promised, _ = collect_quorum_with_response(p1bs.inspect(announce), config.quorum, config.acceptors)
    quorum = config.quorum

    def nothing() -> list[Promise]:
        return []

    def gather(promises: list[Promise], promise: Promise) -> tuple[list[Promise], bool]:
        return [*promises, promise], len(promises) + 1 >= quorum

    by_ballot = promised.into_keyed().assume_ordering(nondet("any quorum has all that was decided"))
    newest = by_ballot.fold_early_stop(nothing, gather).get_max_key()
    present = newest.snapshot(tick, nondet("who hears late that it leads only begins late"))
    mine = present.zip(p_ballot).filter(lambda both: both[0][0] == both[1])
    return mine.map(lambda both: both[0][1])


def announce(p1b: P1b) -> None:
    """Say what an acceptor answered."""
    ballot, answer = p1b
    if isinstance(answer, Err):
        print(f"Proposer received P1b: {ballot} is refused for {answer.error}")
    else:
        print(f"Proposer received P1b: {ballot}, {len(answer.value.log)} slots from {answer.value.checkpoint} on")


def p_leader_heartbeat(
    proposers: Proposers,
    tick: AtProposer,
    is_leader: Singleton[bool, AtProposer, Bounded],
    p_ballot: Singleton[Ballot, AtProposer, Bounded],
    config: PaxosConfig,
    nondet_leader: NonDet,
) -> tuple[Stream[Ballot, Proposers, Unbounded, NoOrder, AtLeastOnce], Singleton[bool, AtProposer, Bounded]]:
    """Let the leader say that it is there, and the others notice when it no longer does."""
    leading = p_ballot.filter_if(is_leader).latest()
    beats = leading.sample_every(
        config.i_am_leader_send_timeout, nondet("a late beat makes others try to lead, which is safe", nondet_leader)
    )
    heard = beats.broadcast_closed(proposers).values()
    silent = heard.timeout(
        config.i_am_leader_check_timeout, nondet("who waits too briefly tries to lead, which is safe", nondet_leader)
    )
    expired = silent.snapshot(tick, nondet("a late look is a longer timeout", nondet_leader)).is_some()
    stagger = config.i_am_leader_check_timeout_delay_multiplier * config.i_am_leader_check_timeout
    looks = proposers.source_interval_delayed(
        lambda: CLUSTER_SELF_ID.raw_id * stagger, config.i_am_leader_check_timeout
    )
    looks_now = looks.batch(tick, nondet("a late look is a longer timeout", nondet_leader)).is_empty().not_()
    return heard, expired.and_(is_leader.not_()).and_(looks_now)


# ------------------------------------------------------------ what is decided


def sequence_payload(
    tick: AtProposer,
    payloads: Stream[Any, AtProposer, Bounded],
    p_ballot: Singleton[Ballot, AtProposer, Bounded],
    promises: Stream[Promise, AtProposer, Bounded, NoOrder],
    p2bs: Stream[P2b, Proposers, Unbounded, NoOrder],
    config: PaxosConfig,
) -> tuple[Stream[P2a, Proposers, Unbounded, NoOrder], Stream[Committed, Proposers, Unbounded, NoOrder]]:
    """Give what the leader asks acceptors to store, and what a quorum of them has stored."""
    recommitted, next_slot = recommit_after_leader_election(promises)
    ballot = p_ballot.by_ref()
    proposed = recommitted.chain(index_payloads(tick, next_slot, payloads))
    p2as = proposed.map(lambda entry: P2a(ballot.value, entry[0], entry[1]))

    stored, _ = collect_quorum(p2bs, config.quorum, config.acceptors)
    values = p2as.map(lambda p2a: ((p2a.slot, p2a.ballot), p2a.value))
    joined = join_responses(tick, stored.map(lambda slot: (slot, ())), values)
    return p2as.all_ticks(), joined.map(lambda each: (each[0][0], each[1][0]))


def recommit_after_leader_election(
    promises: Stream[Promise, AtProposer, Bounded, NoOrder],
) -> tuple[Stream[Committed, AtProposer, Bounded, NoOrder], Optional[int, AtProposer, Bounded]]:
    """Give the slots that a former leader may have decided, holes among them as `None`, and the slot after all these.

    All of them are proposed anew: that a quorum has one does not say that anybody has heard of it.
    """
    checkpoint = promises.map(lambda promise: promise.checkpoint).max()
    found = promises.flat_map_unordered(lambda promise: promise.log.items()).into_keyed()
    newest = found.reduce(max, commutative=proof("a ballot has one value for a slot"))
    log = newest.into_singleton()

    def until(both: tuple[dict[int, LogValue], int]) -> int:
        return max([both[1], *(slot + 1 for slot in both[0])])

    next_slot = log.zip(checkpoint).map(until)

    def filled(both: tuple[tuple[dict[int, LogValue], int], int]) -> Iterator[Committed]:
        (log, first), end = both
        for slot in range(first, end):
            yield slot, log[slot].value if slot in log else None

    return log.zip(checkpoint).zip(next_slot).flat_map_unordered(filled), next_slot


def index_payloads(
    tick: Tick[Any], elected_at: Optional[int, Any, Bounded], payloads: Stream[Any, Any, Bounded]
) -> Stream[Committed, Any, Bounded]:
    """Give payloads the slots from the one on that a new leader begins with, or that the tick before ended with."""
    handle, following = tick.cycle_with_initial(tick.singleton(0))
    base = elected_at.unwrap_or(following)
    first = base.by_ref()
    handle.complete_next_tick(base.zip(payloads.count()).map(lambda both: both[0] + both[1]))
    return payloads.enumerate().map(lambda entry: (first.value + entry[0], entry[1]))


# ------------------------------------------------------------ who remembers


def acceptor(
    acceptors: Acceptors,
    proposers: Proposers,
    p1as: Stream[Ballot, Acceptors, Unbounded, NoOrder],
    p2as: Stream[P2a, Acceptors, Unbounded, NoOrder],
    a_checkpoint: Optional[int, Acceptors, Unbounded],
    nondet_commit: NonDet,
) -> tuple[Stream[P1b, Proposers, Unbounded, NoOrder], Stream[P2b, Proposers, Unbounded, NoOrder]]:
    """Promise to the greatest ballot, store what it proposes, and refuse all others."""
    tick = acceptors.tick()
    asked = p1as.batch(tick, nondet("of two ballots that come together the lesser is refused", nondet_commit))
    proposed = p2as.batch(tick, nondet("what comes together with a greater ballot is refused", nondet_commit))
    ballots = asked.chain(proposed.map(lambda p2a: p2a.ballot))
    max_ballot = ballots.across_ticks(lambda seen: seen.max()).unwrap_or(tick.singleton(NOBODY))
    checkpoint = a_checkpoint.snapshot(tick, nondet("what is forgotten late is only kept longer"))

    log, p2bs = acceptor_p2(max_ballot, proposed, checkpoint)
    p1bs = acceptor_p1(max_ballot, asked, checkpoint, log)
    return p1bs.all_ticks().demux(proposers).values(), p2bs.all_ticks().demux(proposers).values()


def acceptor_p1(
    max_ballot: Singleton[Ballot, AtAcceptor, Bounded],
    asked: Stream[Ballot, AtAcceptor, Bounded, NoOrder],
    checkpoint: Optional[int, AtAcceptor, Bounded],
    log: Singleton[dict[int, LogValue], AtAcceptor, Bounded],
) -> Stream[tuple[MemberId[Proposer], P1b], AtAcceptor, Bounded, NoOrder]:
    """Promise a ballot, with all that was stored before, or say which one is greater."""
    greatest, first, stored = max_ballot.by_ref(), checkpoint.by_ref(), log.by_ref()

    def answer(ballot: Ballot) -> tuple[MemberId[Proposer], P1b]:
        if ballot != greatest.value:
            return ballot.proposer, (ballot, Err(greatest.value))
        return ballot.proposer, (ballot, Ok(Promise(first.value or 0, dict(stored.value))))

    return asked.inspect(lambda ballot: print(f"Acceptor received P1a: {ballot}")).map(answer)


def acceptor_p2(
    max_ballot: Singleton[Ballot, AtAcceptor, Bounded],
    proposed: Stream[P2a, AtAcceptor, Bounded, NoOrder],
    checkpoint: Optional[int, AtAcceptor, Bounded],
) -> tuple[
    Singleton[dict[int, LogValue], AtAcceptor, Bounded],
    Stream[tuple[MemberId[Proposer], P2b], AtAcceptor, Bounded, NoOrder],
]:
    """Store what the greatest ballot proposes above the checkpoint, and say what was stored."""
    greatest = max_ballot.by_ref()
    accepted = proposed.filter(lambda p2a: p2a.ballot == greatest.value)
    entries = accepted.map(lambda p2a: (p2a.slot, LogValue(p2a.ballot, p2a.value)))

    def stored_until_now(seen: Stream[Any, Any, Any, Any, Any]) -> Any:
        log = seen.into_keyed().reduce_watermark(
            checkpoint, max, commutative=proof("a ballot has one value for a slot")
        )
        return log.into_singleton()

    def answer(p2a: P2a) -> tuple[MemberId[Proposer], P2b]:
        key = (p2a.slot, p2a.ballot)
        return p2a.ballot.proposer, (key, Ok(()) if p2a.ballot == greatest.value else Err(greatest.value))

    return entries.across_ticks(stored_until_now), proposed.map(answer)
