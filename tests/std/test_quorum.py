"""Enough answers are waited for, under every schedule; nothing is kept of keys that all have answered to."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hydro_nb import (
    CLUSTER_SELF_ID,
    AtLeastOnce,
    Err,
    FlowBuilder,
    GraphError,
    NoOrder,
    Ok,
    RetriesError,
    TotalOrder,
    proof,
)
from hydro_nb.ir.node import Bound, Order, Shape
from hydro_nb.std.quorum import collect_quorum, collect_quorum_with_response
from hydro_nb.testing import collect

OK, ERR, ANY = Ok(()), Err(()), proof("nothing is done")
BOTH = [collect_quorum, collect_quorum_with_response]


@pytest.fixture
def process():
    return FlowBuilder().process()


@pytest.mark.parametrize("order", [TotalOrder, NoOrder])
@pytest.mark.parametrize(
    ("votes", "agreed", "errors"),
    [
        ([(1, OK), (1, OK)], [1], []),
        ([(2, OK), (2, OK), (2, ERR)], [2], [(2, ())]),
        ([(3, OK), (3, ERR), (3, ERR)], [], [(3, ()), (3, ())]),
        ([(1, OK), (2, OK), (2, ERR), (1, OK)], [1], [(2, ())]),
        ([(1, OK), (1, OK), (1, OK)], [1], []),
        ([], [], []),
    ],
)
def test_two_of_three(process, explored, votes, agreed, errors, order):
    port, responses = process.sim_input(order=order)
    _, seen = explored(port, votes, *collect_quorum(responses, 2, 3))
    assert seen == {(tuple(agreed), tuple(errors))}


def test_a_key_comes_out_as_soon_as_enough_agree(process):
    port, responses = process.sim_input()
    agreed, errors = (stream.sim_output() for stream in collect_quorum(responses, 2, 3))

    async def body():
        port.send((1, OK))
        await agreed.assert_no_more()
        port.send((1, OK))
        await agreed.assert_yields_only_unordered([1])
        port.send((1, ERR))
        await agreed.assert_no_more()
        await errors.assert_yields_only([(1, ())])
        port.send_many([(1, OK), (1, OK)])
        await agreed.assert_yields_only_unordered([1])

    assert process.flow.sim().exhaustive(body) == 1


@pytest.mark.parametrize("votes", sorted(set(permutations("aaabb"))))
def test_every_order_of_answers(process, votes):
    """No order in which answers come loses a key or gives it twice."""
    agreed, _ = collect_quorum(process.source_iter([(key, OK) for key in votes]), 2, 3)
    assert sorted(collect(agreed, backend="inprocess")) == ["a", "b"]


def by_the_book(votes, at_least, out_of):
    """What comes of votes, key by key: each key's votes in rounds of all that were asked."""
    rounds = {}
    for at, (key, vote) in enumerate(votes):
        rounds.setdefault(key, [[]])
        if len(rounds[key][-1]) == out_of:
            rounds[key].append([])
        rounds[key][-1].append((at, vote))
    agreed = [[each for each in one if isinstance(each[1], Ok)] for key in rounds for one in rounds[key]]
    enough = [one for one in agreed if len(one) >= at_least]
    keys = [votes[one[at_least - 1][0]][0] for one in sorted(enough, key=lambda one: one[at_least - 1][0])]
    come = sorted((max(at, one[at_least - 1][0]), at) for one in enough for at, _ in one)
    return keys, [(votes[at][0], votes[at][1].value) for _, at in come]


VOTES = st.lists(st.tuples(st.sampled_from("abc"), st.integers().map(Ok) | st.integers().map(Err)), max_size=20)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VOTES, st.integers(1, 4), st.integers(0, 3))
def test_any_votes(votes, at_least, more):
    process = FlowBuilder().process()
    responses, out_of = process.source_iter(votes), at_least + more
    keys, answers = by_the_book(votes, at_least, out_of)
    agreed, errors = collect_quorum(responses, at_least, out_of)
    assert collect(agreed, backend="inprocess") == keys
    assert collect(errors, backend="inprocess") == [(key, vote.error) for key, vote in votes if isinstance(vote, Err)]
    with_response = collect_quorum_with_response(responses, at_least, out_of)
    assert collect(with_response[0], backend="inprocess") == answers
    assert with_response[1].kind == errors.kind


def test_answers_in_order(process, explored):
    port, responses = process.sim_input()
    answers, errors = collect_quorum_with_response(responses, 2, 3)
    votes = [("x", Ok(1)), ("y", Ok(7)), ("x", Err("down")), ("x", Ok(2)), ("y", Err("a")), ("y", Err("b"))]
    assert answers.kind.order is errors.kind.order is Order.TOTAL
    schedules, seen = explored(port, votes, answers, errors)
    assert schedules == 1
    assert seen == {((("x", 1), ("x", 2)), (("x", "down"), ("y", "a"), ("y", "b")))}


def test_answers_after_there_are_enough_come_at_once(process):
    port, responses = process.sim_input()
    out = collect_quorum_with_response(responses, 2, 4)[0].sim_output()

    async def body():
        port.send_many([(1, Ok("a")), (1, Ok("b"))])
        await out.assert_yields_only([(1, "a"), (1, "b")])
        port.send((1, Ok("c")))
        await out.assert_yields_only([(1, "c")])
        port.send_many([(1, ERR), (1, Ok("new"))])
        await out.assert_no_more()

    assert process.flow.sim().exhaustive(body) == 1


def test_answers_without_order(process, explored):
    port, responses = process.sim_input(order=NoOrder)
    answers, errors = collect_quorum_with_response(responses, 2, 3)
    assert answers.kind.order is errors.kind.order is Order.NONE
    schedules, seen = explored(port, [(1, Ok("a")), (1, Err("e")), (1, Ok("b")), (2, Ok("c"))], answers, errors)
    assert schedules == 24
    assert seen == {(((1, "a"), (1, "b")), ((1, "e"),))}


@pytest.mark.parametrize("order", [TotalOrder, NoOrder])
@pytest.mark.parametrize("collected", BOTH)
def test_in_an_atomic_section(process, explored, collected, order):
    port, responses = process.sim_input(order=order)
    agreed, errors = collected(responses.atomic(), 2, 2)
    _, seen = explored(port, [(1, OK), (2, ERR), (1, OK)], agreed.end_atomic(), errors.end_atomic())
    ((keys, failed),) = seen
    assert set(keys) == ({1} if collected is collect_quorum else {(1, ())})
    assert failed == ((2, ()),)


@pytest.mark.parametrize("collected", BOTH)
def test_what_all_have_answered_is_forgotten(process, kept, collected):
    _, responses = process.sim_input(order=NoOrder)
    for stream in collected(responses, 2, 3):
        stream.for_each(lambda _: None, commutative=ANY)
    votes = [[(key, Ok(key)) for key in range(1000)] for _ in range(3)]
    votes += [[(key, Err(key)) for key in range(1000, 2000)] for _ in range(3)]
    assert kept(process.flow, votes[:2]).popitem()[1].keys() == set(range(1000))
    assert kept(process.flow, votes).popitem()[1] == {}


def test_types_and_guarantees(process):
    responses = process.source_iter([(1, Ok("a")), (1, Ok("b"))]).typed(tuple[int, Ok[str] | Err[bool]])
    agreed, errors = collect_quorum(responses, 1, 2)
    assert (agreed.kind.element, errors.kind.element) == (int, tuple[int, bool])
    assert (agreed.kind.order, errors.kind.order) == (Order.NONE, Order.TOTAL)
    assert collect_quorum_with_response(responses, 1, 2)[0].kind.element == tuple[int, str]
    live = collect_quorum(responses.weaken_boundedness(), 1, 2)[0].kind
    assert (live.shape, live.bound, agreed.kind.bound) == (Shape.STREAM, Bound.UNBOUNDED, Bound.BOUNDED)


def test_repeats_would_count_twice(process, message):
    _, loose = process.sim_input(retries=AtLeastOnce)
    assert message(lambda: collect_quorum(loose, 2, 3), RetriesError) == (
        "`collect_quorum` needs an exactly-once stream, but `loose` is AtLeastOnce.\n"
        "  exactly-once was lost at     test_quorum.py, line _:   _, loose = process.sim_input(retries=AtLeastOnce)\n"
        "  `collect_quorum` was called  test_quorum.py, line _:   "
        "assert message(lambda: collect_quorum(loose, 2, 3), RetriesError) == (\n"
        '  Drop repeats first: .unique(), or say why repeats do no harm: .assume_retries(nondet("..."))'
    )


@pytest.mark.parametrize("collected", BOTH)
@pytest.mark.parametrize("numbers", [(0, 3), (4, 3), (True, 1), (1, 2.0)])
def test_numbers(process, message, collected, numbers):
    text = message(lambda: collected(process.source_iter([]), *numbers), GraphError)
    assert text.splitlines()[0] == (
        f"`{collected.__name__}` needs to know how many agree out of how many, "
        f"but was given {numbers[0]!r} out of {numbers[1]!r}."
    )
    assert text.splitlines()[-1] == f"  Two of three, for example: {collected.__name__}(responses, 2, 3)"


@pytest.mark.parametrize("collected", BOTH)
def test_what_is_no_answer(process, message, collected):
    votes = process.source_iter([(1, "yes")])
    text = message(lambda: collect(collected(votes, 1, 2)[0], backend="inprocess"))
    assert "TypeError: an answer is (key, Ok(value)) or (key, Err(reason)), not (1, 'yes')" in text


def test_deployed():
    flow = FlowBuilder()
    coordinator, voters = flow.process(), [flow.process() for _ in range(3)]
    asked = coordinator.source_iter(range(100))
    votes = [
        asked.send(voter).map(vote).send(coordinator).weaken_ordering()
        for voter, vote in zip(voters, (lambda n: (n, OK), even, lambda n: (n, Err("never"))), strict=True)
    ]
    agreed, errors = collect_quorum(votes[0].merge_unordered(votes[1]).merge_unordered(votes[2]), 2, 3)
    failed = errors.filter(lambda error: error[1] == "odd").map(lambda error: error[0])
    assert sorted(collect(agreed.merge_unordered(failed))) == list(range(100))


def even(n):
    return n, Err("odd") if n % 2 else OK


class Voter: ...


def voted(flow, coordinator, proposals):
    """Give what a majority of the voters agrees to, where the last voter is against all."""
    asked = proposals.broadcast_closed(flow.cluster(Voter))
    votes = asked.map(lambda n: (n, Err(n) if CLUSTER_SELF_ID.raw_id == 2 else Ok(n))).send(coordinator)
    return votes.values()


def test_members_of_a_cluster():
    flow = FlowBuilder()
    coordinator = flow.process()
    votes = voted(flow, coordinator, coordinator.source_iter(range(100)))
    agreed, errors = collect_quorum(votes, 2, 3)
    both = agreed.merge_unordered(errors.map(lambda error: -error[1]))
    assert sorted(collect(both, clusters={Voter: 3})) == sorted([*range(100), *(-n for n in range(100))])


@pytest.mark.parametrize("collected", BOTH)
def test_members_of_a_cluster_in_every_schedule(collected, explored):
    flow = FlowBuilder()
    coordinator = flow.process()
    port, proposals = coordinator.sim_input(int)
    agreed, errors = collected(voted(flow, coordinator, proposals), 2, 3)
    _, seen = explored(port, [7], agreed, errors, clusters={Voter: 3})
    assert seen == {((7,) if collected is collect_quorum else ((7, 7), (7, 7)), ((7, 7),))}


@pytest.mark.parametrize("collected", BOTH)
def test_every_member_may_count_for_itself(collected):
    flow = FlowBuilder()
    voters = flow.cluster(Voter)
    votes = voters.source_iter(lambda: [(CLUSTER_SELF_ID.raw_id, OK)]).broadcast_closed(voters).values()
    keys = collect(collected(votes, 1, 1)[0], clusters={Voter: 2})
    assert [sorted(mine, key=repr) for mine in keys.values()] == [
        [0, 1] if collected is collect_quorum else [(0, ()), (1, ())]
    ] * 2
