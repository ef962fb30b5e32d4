"""What was put down for a question meets its answer, in whatever tick that comes."""

from __future__ import annotations

import pytest

from hydro_nb import CLUSTER_SELF_ID, FlowBuilder, LocationError, NoOrder, RetriesError, nondet, proof
from hydro_nb.ir.node import Bound, Order
from hydro_nb.std.request_response import join_responses
from hydro_nb.testing import collect

ANY = nondet("every outcome is looked at")


@pytest.fixture
def client():
    return FlowBuilder().process()


def asked_elsewhere(client, order=NoOrder):
    """Questions are put down and sent to another process, and answered there."""
    tick, server = client.tick(), client.flow.process()
    port, questions = client.sim_input(tuple[int, str], order=order)
    known = questions.batch(tick, ANY)
    answers = known.all_ticks().map(lambda q: (q[0], q[0] * 10)).send(server).send(client)
    return port, tick, answers, known


def test_on_lists(client):
    tick = client.tick()
    known = client.source_iter([(1, "a"), (2, "b"), (3, "c")]).batch(tick, ANY)
    answers = client.source_iter([(3, True), (1, False), (9, True)]).weaken_boundedness()
    assert sorted(collect(join_responses(tick, answers, known), backend="inprocess")) == [
        (1, ("a", False)),
        (3, ("c", True)),
    ]


def test_every_answer_is_met_in_every_schedule(client, explored):
    port, tick, answers, known = asked_elsewhere(client)
    schedules, seen = explored(port, [(1, "a"), (2, "b")], join_responses(tick, answers, known))
    assert seen == {(((1, ("a", 10)), (2, ("b", 20))),)}
    assert schedules > 1


def test_in_the_atomic_section_that_runs_with_the_tick(client, explored):
    port, questions = client.sim_input(tuple[int, str], order=NoOrder)
    section = questions.atomic()
    tick = section.location.tick
    joined = join_responses(tick, section.map(lambda q: (q[0], len(q[1]))), section.batch_atomic(tick, ANY))
    assert joined.kind.place == section.kind.place
    _, seen = explored(port, [(1, "a"), (2, "bb")], joined.end_atomic())
    assert seen == {(((1, ("a", 1)), (2, ("bb", 2))),)}


def test_a_key_has_one_answer(client):
    tick = client.tick()
    known = client.source_iter([(1, "a")]).batch(tick, ANY)
    answers = client.source_iter([(1, "first"), (1, "second")]).weaken_boundedness()
    assert collect(join_responses(tick, answers, known), backend="inprocess") == [(1, ("a", "first"))]


def test_what_was_answered_is_forgotten(client, kept):
    _, entries = client.sim_input()
    tick = client.tick()
    known = entries.filter(lambda entry: entry[1] == "asked").batch(tick, ANY)
    answers = entries.filter(lambda entry: entry[1] == "answered")
    join_responses(tick, answers, known).for_each(lambda _: None, commutative=proof("nothing is done"))
    asked = [(key, "asked") for key in range(1000)]
    answered = [(key, "answered") for key in range(999)]
    (waiting,) = kept(client.flow, [asked, answered[:500]]).values()
    assert set(waiting) == set(range(500, 1000))
    assert kept(client.flow, [asked, answered[:500], answered[500:]]).popitem()[1] == {999: "asked"}


def test_guarantees(client, message):
    _, tick, answers, known = asked_elsewhere(client)
    kind = join_responses(tick, answers, known).kind
    assert (kind.order, kind.bound, kind.place) == (Order.NONE, Bound.UNBOUNDED, client.place)
    repeated = answers.weaken_retries()
    assert message(lambda: join_responses(tick, repeated, known), RetriesError).startswith(
        "`join_responses` needs an exactly-once stream, but"
    )
    section = answers.atomic()
    assert "tick" in message(lambda: join_responses(tick, section, known), LocationError)


def test_deployed(client):
    tick, server = client.tick(), client.flow.process()
    known = client.source_iter([(n, f"client {n}") for n in range(100)]).batch(tick, ANY)
    answers = known.all_ticks().map(lambda question: (question[0], question[0] ** 2)).send(server).send(client)
    joined = join_responses(tick, answers, known)
    assert sorted(collect(joined)) == [(n, (f"client {n}", n * n)) for n in range(100)]


class Member: ...


def test_on_members_of_a_cluster():
    flow = FlowBuilder()
    members, server = flow.cluster(Member), flow.process()
    tick = members.tick()
    known = members.source_iter(lambda: [(n, CLUSTER_SELF_ID.raw_id) for n in range(10)]).batch(tick, ANY)
    answers = known.all_ticks().map(lambda question: (question[0], -question[0])).send(server).entries().demux(members)
    got = collect(join_responses(tick, answers, known), clusters={Member: 2})
    assert {member.raw_id: sorted(mine) for member, mine in got.items()} == {
        number: [(n, (number, -n)) for n in range(10)] for number in range(2)
    }
