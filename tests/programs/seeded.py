"""Two protocols, and mistakes that are easily made in them: a commit in two phases, and orders that are sent again."""

from __future__ import annotations

from hydro_nb import CLUSTER_SELF_ID, TCP, Err, FlowBuilder, NoOrder, Ok, Stream, nondet, proof
from hydro_nb.std.quorum import collect_quorum

MEMBERS = 3


class Coordinator: ...


class Participant: ...


class Commit:
    """A transaction is committed if all participants agree; the last of them refuses what is odd."""

    def __init__(self, decide):
        flow = self.flow = FlowBuilder("two_phase_commit")
        coordinator, self.participants = flow.process(Coordinator), flow.cluster(Participant)
        self.begin, transactions = coordinator.sim_input(int)
        asked = transactions.broadcast(self.participants, TCP.fail_stop(), nondet("no participant joins later"))
        tick = self.participants.tick()
        batch = asked.batch(tick, nondet("each votes in its own time"))
        voted = batch.map(lambda number: (number, CLUSTER_SELF_ID.raw_id != 2 or number % 2 == 0))
        votes = voted.all_ticks().send(coordinator, TCP.fail_stop()).values()
        self.committed = decide(coordinator, votes).sim_output()

    def sim(self):
        return self.flow.sim().with_cluster_size(self.participants, MEMBERS)

    async def commits_what_all_agree_to(self):
        for number in (1, 2):
            self.begin.send(number)
        assert await self.committed.collect_sorted() == [2]


def by_all_votes(_, votes):
    """Commit when all have agreed."""
    answers = votes.map(lambda vote: (vote[0], Ok(()) if vote[1] else Err("refused")))
    return collect_quorum(answers, MEMBERS, MEMBERS)[0]


def by_the_votes_so_far(coordinator, votes):
    """Commit when nobody has refused among those who were heard; who is heard later does not count."""
    tick = coordinator.tick()
    heard = votes.batch(tick, nondet("votes come at any time")).into_keyed()
    agreed = heard.fold(lambda: True, lambda agreed, yes: agreed and yes, commutative=proof("a conjunction"))
    return agreed.entries().filter(lambda entry: entry[1]).map(lambda entry: entry[0]).all_ticks().unique()


class Client: ...


class Bank: ...


class Payments:
    """Orders go to a bank over a network that loses messages, and go again until they are confirmed."""

    def __init__(self, book):
        flow = self.flow = FlowBuilder("payments")
        client, bank = flow.process(Client), flow.process(Bank)
        self.order, orders = client.sim_input(tuple[int, int])
        self.again, again = client.sim_input(tuple[()])
        confirmations_handle, confirmations = client.forward_ref(Stream, of=int, order=NoOrder)
        tick = client.tick()
        new = orders.batch(tick, nondet("orders come at any time"))
        confirmed = confirmations.batch(tick, nondet("what is confirmed late is sent once more"))
        patience_ends = again.batch(tick, nondet("patience ends at any time")).is_empty().not_()
        open_handle, still_open = tick.cycle(Stream, of=tuple[int, int], order=NoOrder)
        unconfirmed = still_open.into_keyed().filter_key_not_in(confirmed).entries()
        open_handle.complete_next_tick(unconfirmed.chain(new))
        sent = unconfirmed.filter_if(patience_ends).chain(new).all_ticks()
        losses = nondet("what is lost is sent again")
        arrived = sent.send(bank, TCP.lossy(losses))
        confirmations_handle.complete(arrived.map(lambda order: order[0]).send(client, TCP.lossy(losses)))
        self.booked = book(arrived).sim_output()

    async def books_each_order_once(self):
        self.order.send((7, 100))
        self.again.send_many([(), ()])
        booked = await self.booked.collect_sorted()
        assert booked in ([], [(7, 100)])


def each_once(arrived):
    """Book an order that comes again once."""
    return arrived.unique()


def all_that_comes(arrived):
    """Book what comes."""
    return arrived
