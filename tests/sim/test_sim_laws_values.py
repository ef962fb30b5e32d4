"""What is compared when a claim is tried, and what is left alone: nobody is accused for what cannot be told."""

import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb import FlowBuilder, NoOrder, SimulationFailure, inplace, nondet, proof
from hydro_nb.sim.alike import alike, grown

ANY, CLAIMED = nondet("any outcome is explored"), proof("said without thinking")


class Opaque:
    """Equal to nothing but itself."""

    def __init__(self, value):
        self.value = value


class Stubborn:
    def __eq__(self, other):
        raise RuntimeError("not today")

    __hash__ = None


@dataclass
class Point:
    x: Any
    y: Any = 0
    seen: int = field(default=0, compare=False)


class Row(msgspec.Struct):
    x: Any


@pytest.mark.parametrize(
    ("one", "two", "answer"),
    [
        (1, 1.0, True),
        (1, 2, False),
        ("a", "b", False),
        (None, 1, False),
        (0.1 + 0.2, 0.3, True),
        (0.1, 0.2, False),
        (1e-13, 0, True),
        (10**400, 1.5, False),
        (1 + 1e-13j, 1, True),
        (math.nan, float("nan"), True),
        (math.nan, 1.0, False),
        (Decimal("nan"), Decimal("nan"), True),
        (np.float32(0.1) + np.float32(0.2), np.float32(0.3), True),
        ([0.1 + 0.2, math.nan], [0.3, float("nan")], True),
        ((1, 2), (2, 1), False),
        ((1,), [1], False),
        ([1], [1, 2], False),
        (deque([0.1 + 0.2]), deque([0.3]), True),
        ({"a": 0.1 + 0.2}, {"a": 0.3}, True),
        ({"a": 1}, {"b": 1}, False),
        ({"a": 1}, {"a": 2}, False),
        ({0.1 + 0.2: 1}, {0.3: 1}, None),
        (OrderedDict(a=1, b=2), OrderedDict(b=2, a=1), True),
        ({1, 2}, {2, 1}, True),
        ({1}, {2}, False),
        ({1}, {1, 2}, False),
        (frozenset({0.1 + 0.2}), frozenset({0.3}), True),
        (Opaque(1), Opaque(1), None),
        (Opaque(1), Opaque(2), None),
        ({Opaque(1)}, {Opaque(1)}, None),
        ({Opaque(1), 1}, {Opaque(1)}, None),
        ([Opaque(1), 1], [Opaque(1), 2], False),
        (Point(0.1 + 0.2, seen=1), Point(0.3, seen=2), True),
        (Point(Opaque(1)), Point(Opaque(1)), None),
        (Point(1), Point(2), False),
        (Row(math.nan), Row(float("nan")), True),
        (Row(1), Row(2), False),
        (Stubborn(), Stubborn(), None),
        (np.array([1, 2]), np.array([1, 2]), True),
        (np.array([0.1 + 0.2, math.nan]), np.array([0.3, math.nan]), True),
        (np.array([1, 2]), np.array([2, 1]), False),
        (np.array([1, 2]), np.array([1, 2, 3]), False),
        ([np.array([1, 2])], [np.array([1, 2])], True),
        ({"a": np.array([1, 2])}, {"a": np.array([1, 3])}, False),
    ],
)
def test_alike(one, two, answer):
    assert alike(one, two) is answer
    assert alike(two, one) is answer


nested = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=1), inner, max_size=2),
    max_leaves=6,
)


@given(nested, nested)
def test_alike_says_what_equality_says_and_is_of_one_mind(one, two):
    if one == two:
        assert alike(one, two) is True
    assert alike(one, one) is True
    assert alike(one, two) is alike(two, one)


@pytest.mark.parametrize(
    ("before", "after", "answer"),
    [
        (1, 1, True),
        (1, 2, True),
        (2, 1, False),
        (0.3, 0.1 + 0.2 - 1e-16, True),
        (math.nan, 1.0, None),
        (1.0, math.nan, None),
        ((1, math.nan), (0, 1.0), None),
        ({1}, {1, 2}, True),
        ({1}, {2}, False),
        ([1], [1, 2], True),
        ({}, {1: 2}, None),
        (None, 1, None),
        (Opaque(1), Opaque(2), None),
        (np.array([1, 2]), np.array([1, 3]), True),
        (np.array([1, 2]), np.array([0, 3]), False),
        (np.array([1.0, math.nan]), np.array([0.0, 3.0]), None),
    ],
)
def test_grown(before, after, answer):
    assert grown(before, after) is answer


# ------------------------------------------------------------ what is tried


def total(function, *, init=0, kind=int, **claims):
    """Give a flow whose fold of unordered elements makes a claim, and a test that sends it some."""
    flow = FlowBuilder()
    process = flow.process()
    port, stream = process.sim_input(kind, order=NoOrder)
    fold = stream.fold(init, function, **(claims or {"commutative": CLAIMED}))
    out = fold.snapshot(process.tick(), ANY).all_ticks().sim_output()

    def sending(items):
        async def body():
            port.send_many_unordered(items)
            await out.collect_sorted()

        return body

    return flow, sending


def refute(flow, body):
    with pytest.raises(SimulationFailure, match="ProofError") as caught:
        flow.sim().exhaustive(body)
    return caught.value


def test_sums_of_floats_commute():
    flow, sending = total(lambda acc, n: acc + n, init=0.0, kind=float)
    assert flow.sim().exhaustive(sending([0.1, 0.2, 0.3])) > 1


def test_nan_is_no_counterexample():
    flow, sending = total(lambda acc, n: max(acc * 0.0, n), init=math.nan, kind=float)
    assert flow.sim().exhaustive(sending([1.0, 1.0])) > 1


def add_row(rows, row):
    rows += row


def shift(rows, row):
    rows *= 2
    rows += row


def folding(function, items, *, make=list, kind=int, show=str, claim=CLAIMED):
    """Fold unordered elements into an object, in every order; gives how many executions there are."""
    flow = FlowBuilder()
    process = flow.process()
    port, stream = process.sim_input(kind, order=NoOrder)
    fold = stream.fold(make, function, commutative=claim)
    out = fold.snapshot(process.tick(), ANY).map(show).all_ticks().sim_output()

    async def body():
        port.send_many_unordered(items)
        await out.collect()

    return flow.sim().exhaustive(body)


def test_arrays():
    items = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]
    made = {"make": lambda: np.zeros(2), "kind": np.ndarray}
    assert folding(inplace(add_row), items, **made) > 1
    with pytest.raises(SimulationFailure, match="`shift` is not commutative"):
        folding(inplace(shift), items, **made)


@pytest.mark.parametrize(
    ("make", "function"),
    [
        (lambda: Opaque(0), lambda box, n: Opaque(2 * box.value + n)),
        (lambda: {Opaque(0)}, lambda held, n: {Opaque(n)}),
        (lambda: (n for n in ()), lambda rest, _: rest),
        (list, lambda _, n: (each for each in [n])),
        (Stubborn, lambda _, __: Stubborn()),
    ],
)
def test_what_cannot_be_copied_or_compared_is_left_alone(make, function):
    flow = FlowBuilder()
    process = flow.process()
    port, stream = process.sim_input(int, order=NoOrder)
    fold = stream.batch(process.tick(), ANY).fold(make, function, commutative=CLAIMED, idempotent=CLAIMED)
    out = fold.map(lambda _: 0).all_ticks().sim_output()

    async def body():
        port.send_many_unordered([1, 2, 3])
        await out.collect()

    assert flow.sim().exhaustive(body) == 13


def test_a_key_has_an_accumulator_of_its_own():
    """The newest of a key is always the same, but not that of all."""
    flow = FlowBuilder()
    process = flow.process()
    port, pairs = process.sim_input(tuple, order=NoOrder)
    first = lambda one, _: one  # noqa: E731
    each = pairs.into_keyed().reduce(first, commutative=proof("a key has one value, however often it comes"))
    out = each.snapshot(process.tick(), ANY).entries().all_ticks().sim_output()
    every = pairs.map(lambda pair: pair[1]).reduce(first, commutative=CLAIMED)
    other = every.snapshot(process.tick(), ANY).into_stream().all_ticks().sim_output()

    def sending(*items):
        async def body():
            port.send_many_unordered(items)
            await out.collect_sorted()
            await other.collect()

        return body

    assert flow.sim().fuzz(sending(("a", 1), ("a", 1)), runs=50, seed=1) == 50
    assert "1 and then 2 give 1, but 2 and then 1 give 2." in str(refute(flow, sending(("a", 1), ("b", 2))))


def test_a_tick_begins_anew():
    """Each batch is of one sender here, and of one sender the order is that of the numbers."""
    flow = FlowBuilder()
    process = flow.process()
    port, stream = process.sim_input(int, order=NoOrder)
    first = stream.batch(process.tick(), ANY).reduce(lambda one, _: one, commutative=proof("all are equal"))
    out = first.into_stream().all_ticks().sim_output()

    async def body():
        for number in (1, 2, 3):
            port.send_many_unordered([number, number])
            await out.collect()

    assert flow.sim().exhaustive(body) == 27


def test_a_member_has_an_accumulator_of_its_own():
    flow = FlowBuilder()
    workers = flow.cluster()
    port, stream = workers.sim_input(int, order=NoOrder)
    first = stream.reduce(lambda one, _: one, commutative=proof("a member hears one thing only"))
    out = first.snapshot(workers.tick(), ANY).into_stream().all_ticks().sim_output()

    def sending(*numbers):
        async def body():
            for number in numbers:
                for member in range(2):
                    port.send(member, number or member)
            for member in range(2):
                await out.collect(member)

        return body

    assert flow.sim().with_cluster_size(workers, 2).fuzz(sending(0, 0), runs=50, seed=1) == 50
    with pytest.raises(SimulationFailure, match="ProofError"):
        flow.sim().with_cluster_size(workers, 2).fuzz(sending(5, 6), runs=50, seed=1)


# ------------------------------------------------------------ what is not disturbed


def test_what_a_function_changes_around_it_is_changed_as_often_as_without_a_claim():
    def counts(claim):
        flow = FlowBuilder()
        process = flow.process()
        port, stream = process.sim_input(int, order=NoOrder)
        calls, done = [], []
        add = lambda acc, n: (calls.append(n), acc + n)[1]  # noqa: E731
        kept = stream.batch(process.tick(), ANY).fold(0, add, commutative=claim)
        out = kept.map(lambda total: (total, len(calls))).all_ticks().sim_output()

        async def body():
            port.send_many_unordered([1, 2, 3])
            done.append(await out.collect())

        flow.sim().exhaustive(body)
        assert calls == []
        return done

    assert counts(proof("a sum")) == counts(proof("a sum", unchecked=True))


CALLS = []
COUNT = 0


def add_and_note(total, n):
    CALLS.append(n)
    return total + n


def test_what_a_module_holds_is_not_changed_more_often_either():
    def calls(claim):
        CALLS.clear()
        folding(lambda total, n: [add_and_note(sum(total), n)], [1, 2], claim=proof("x", unchecked=True))
        flow, sending = total(add_and_note, commutative=claim)
        CALLS.clear()
        flow.sim().exhaustive(sending([1, 2]))
        return len(CALLS)

    assert calls(proof("a sum")) == calls(proof("a sum", unchecked=True))


def add_and_count(total, n):
    global COUNT  # noqa: PLW0603 - that is what is tested
    COUNT += 1
    return 2 * total + n


def counting():
    count = 0

    def add(total, n):
        nonlocal count
        count += 1
        return 2 * total + n

    return add


@pytest.mark.parametrize("function", [add_and_count, lambda total, n: 1 + add_and_count(total, n), counting()])
def test_a_function_that_assigns_what_is_around_it_is_not_tried(function):
    flow, sending = total(function)
    assert flow.sim().exhaustive(sending([1, 2])) > 1


def test_a_function_that_refers_to_a_live_value_is_not_tried():
    flow = FlowBuilder()
    process = flow.process()
    port, stream = process.sim_input(int, order=NoOrder)
    tick = process.tick()
    batch = stream.batch(tick, ANY)
    size = batch.count().by_ref()
    out = batch.fold(0, lambda acc, n: acc * size.value + n, commutative=CLAIMED).all_ticks().sim_output()

    async def body():
        port.send_many_unordered([1, 2])
        await out.collect()

    assert flow.sim().exhaustive(body) == 3


def test_what_is_printed_while_a_claim_is_tried_is_not_heard():
    flow, sending = total(lambda acc, n: (print("added", n), acc + n)[1])
    told = flow.sim().replay(sending([1, 2]))
    assert told.count("added 1") == told.count("added 2") == 1


def test_a_function_that_is_not_the_same_twice_is_not_accused():
    numbers = iter(range(10_000))

    def surprising(acc, n):
        return acc + n + next(numbers)

    flow, sending = total(surprising)
    assert flow.sim().fuzz(sending([1, 2]), runs=1, seed=1) == 1


def test_an_error_in_one_order_alone_is_a_difference():
    def taken(stock, n):
        if n < 0 and -n not in stock:
            raise KeyError(-n)
        return stock | {n}

    flow, sending = total(taken, init=frozenset())
    assert "from frozenset(), 1 and then -1 give frozenset({1, -1}), but -1 and then 1 give KeyError: 1." in str(
        refute(flow, sending([1, -1]))
    )


def test_an_error_of_the_function_is_told_as_it_is():
    flow, sending = total(lambda acc, n: acc // n)
    with pytest.raises(SimulationFailure, match="ZeroDivisionError"):
        flow.sim().exhaustive(sending([0, 1]))
    flow, sending = total(lambda row, n: row.append(n), init=list)
    with pytest.raises(SimulationFailure, match=r"TypeError: .*inplace"):
        flow.sim().exhaustive(sending([1, 2]))
