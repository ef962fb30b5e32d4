"""What crashes find: protocols that hold as long as nobody crashes, and not in between."""

from __future__ import annotations

import pytest

from hydro_nb import FlowBuilder, NoOrder, SimulationFailure, Stream, nondet
from hydro_nb.lang.sim_ports import MORE

ANY = nondet("any outcome is explored")


class Peer: ...


class Primary: ...


class Backup: ...


def naive(messages, peers):
    """Send to all; who gets it delivers it."""
    return messages.broadcast_closed(peers).values()


def reliable(messages, peers):
    """The same, and whoever gets something for the first time sends it on before it delivers."""
    handle, relayed = peers.forward_ref(Stream, of=int, order=NoOrder)
    first = messages.weaken_ordering().merge_unordered(relayed).unique()
    handle.complete(first.broadcast_closed(peers).values())
    return first


def agreement(protocol, members):
    """Give a simulation in which one member broadcasts, and the test that all who are left have the same."""
    flow = FlowBuilder("broadcast")
    peers = flow.cluster(Peer)
    port, messages = peers.sim_input(int)
    delivered = protocol(messages, peers).sim_output()
    sim = flow.sim().with_cluster_size(peers, members).with_faults(peers, crashes=1)

    async def body():
        port.send(0, 7)
        got = {member.raw_id: await delivered.collect_sorted(member) for member in sim.members(peers)}
        left = [got[member.raw_id] for member in sim.members(peers)]
        assert all(each == left[0] for each in left), f"delivered: {got}"

    return sim, body


def test_a_naive_broadcast_loses_agreement_when_its_sender_crashes_in_between():
    sim, body = agreement(naive, 3)
    with pytest.raises(
        SimulationFailure, match=r"delivered: \{.*\[7\].*\[\].*\}|delivered: \{.*\[\].*\[7\].*\}"
    ) as caught:
        sim.exhaustive(body)
    assert len(caught.value.schedule) <= 4
    steps = [moment.title for moment in caught.value.record.moments if moment.kind in ("test", "fault")]
    assert steps == ["the test sends 7 into `messages` at Peer/0", "Peer/0 crashes"]
    assert "Peer/0 will crash, and Peer/" in str(caught.value)


def test_it_holds_as_long_as_nobody_crashes():
    sim, body = agreement(naive, 3)
    sim.with_faults("Peer", crashes=0)
    assert sim.exhaustive(body) == 1


def test_a_reliable_broadcast_keeps_agreement_whoever_crashes():
    sim, body = agreement(reliable, 3)
    assert sim.exhaustive(body) > 10
    sim.with_faults("Peer", crashes=2)
    assert sim.fuzz(body, runs=500, seed=2) == 500


def replicated(*, waits):
    """A primary that copies writes to a backup, and acknowledges them: at once, or when the backup has them."""
    flow = FlowBuilder("replicated")
    primary, backup = flow.process(Primary), flow.process(Backup)
    port, writes = primary.sim_input(int)
    kept = writes.send(backup)
    copies = kept.sim_output()
    acknowledged = (kept.send(primary) if waits else writes).batch(primary.tick(), ANY).all_ticks().sim_output()
    sim = flow.sim().with_faults(primary)

    async def body():
        port.send_many([1, 2])
        acks = await acknowledged.collect()
        held = await copies.collect()
        assert set(acks) <= set(held), f"acknowledged {acks}, but the backup has {held}"

    return sim, body


def test_a_write_that_was_acknowledged_too_early_is_lost_with_the_primary():
    sim, body = replicated(waits=False)
    with pytest.raises(SimulationFailure, match=r"acknowledged \[1(, 2)?\], but the backup has \[1?\]"):
        sim.exhaustive(body)
    sim, body = replicated(waits=True)
    assert sim.exhaustive(body) > 1


def test_a_lock_that_is_not_given_back_when_its_owner_crashes():
    """Found by a test that waits for an answer: nobody gives it."""
    flow = FlowBuilder("lock")
    server, clients = flow.process(), flow.cluster(Peer)
    ask, asked = clients.sim_input(tuple[()])
    held = asked.send(server).keys().assume_ordering(ANY)
    granted = held.enumerate().filter(lambda pair: pair[0] == 0).sim_output()
    gone = server.source_cluster_membership_stream(clients, ANY).entries().filter(lambda each: each[1].value == "left")
    noticed = gone.sim_output()
    sim, seen = flow.sim().with_cluster_size(clients, 2).with_faults(clients), set()

    async def body():
        ask.send(0, ())
        while await MORE:
            pass
        seen.add((len(granted._queue(ordered=False)), len(noticed._queue(ordered=False))))

    sim.exhaustive(body)
    assert seen == {(1, 0), (1, 1), (0, 1)}
