"""Each process and member has its own attributes of the user's classes and functions, as in a deployment."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

import pytest
import remembering
from sim_outcomes import explore

from hydro_nb import FlowBuilder, SimulationFailure, nondet
from hydro_nb.sim.views import Key, views_in

ANY = nondet("any outcome is explored")


class Seen:
    count = 0
    all: ClassVar[list[int]] = []

    @classmethod
    def another(cls, n):
        cls.count += n
        return cls.count

    @staticmethod
    def one_more(n):
        Seen.count += n
        return Seen.count


def by_rebinding(n):
    Seen.count += n
    return Seen.count


def by_filling(n):
    Seen.all.append(n)
    return sum(Seen.all)


def by_a_new_one(n):
    Seen.newest = getattr(Seen, "newest", 0) + n
    return Seen.newest


def by_name(n):
    setattr(Seen, "count", Seen.count + n)  # noqa: B010 - as some do
    return Seen.count


def of_the_function(n):
    of_the_function.total = getattr(of_the_function, "total", 0) + n
    return of_the_function.total


async def after_a_while(n):
    await asyncio.sleep(0)
    return by_rebinding(n)


@pytest.fixture(autouse=True)
def as_it_was():
    yield
    Seen.count = 0
    Seen.all.clear()


NUMBERS = []


def by_a_global(n):
    NUMBERS.append(n)
    return sum(NUMBERS)


def by_another(n):
    return by_a_global(n)


def in_a_module(n):
    return remembering.add(n)


def of_a_module(n):
    remembering.total += n
    return remembering.total


WRITERS = [
    by_rebinding, by_filling, by_a_new_one, by_name, of_the_function, Seen.another, Seen.one_more,
    by_a_global, by_another, in_a_module, of_a_module, remembering.note, remembering.add,
]  # fmt: skip


@pytest.mark.parametrize("function", WRITERS)
def test_members_do_not_see_each_other(function):
    flow = FlowBuilder()
    workers = flow.cluster()
    port, numbers = workers.sim_input(int)
    out = numbers.map(function).sim_output()

    async def body():
        port.send(0, 1)
        port.send(1, 10)
        port.send(0, 1)
        assert (await out.collect(0), await out.collect(1)) == ([1, 2], [10])

    flow.sim().with_cluster_size(workers, 2).exhaustive(body)
    assert (Seen.count, Seen.all) == (0, [])


@pytest.mark.parametrize("function", WRITERS)
def test_nor_does_the_test_see_them_or_they_the_test(function):
    flow = FlowBuilder()
    one, other = flow.process(), flow.process()
    port, numbers = one.sim_input(int)
    second_port, seconds = other.sim_input(int)
    out, second_out = numbers.map(function).sim_output(), seconds.map(function).sim_output()

    async def body():
        port.send(1)
        await out.assert_yields_only([1])
        assert (Seen.count, Seen.all) == (0, [])
        Seen.count = 100
        Seen.all.append(100)
        second_port.send(2)
        await second_out.assert_yields_only([2])
        port.send(1)
        await out.assert_yields_only([2])
        assert (Seen.count, Seen.all) == (100, [100])

    flow.sim().exhaustive(body)


@pytest.mark.parametrize("function", WRITERS)
def test_each_execution_begins_with_the_same(function):
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), ANY).map(function).all_ticks().sim_output()
    assert explore(flow, lambda: port.send_many([1, 1, 1]), out) == (4, {((1, 2, 3),)})
    assert (NUMBERS, remembering.NUMBERS, remembering.total) == ([], [], 0)


def test_async_functions_have_those_of_their_process():
    flow = FlowBuilder()
    workers = flow.cluster()
    port, numbers = workers.sim_input(int)
    out = numbers.map(after_a_while).resolve_futures_ordered().sim_output()

    async def body():
        port.send(0, 1)
        port.send(1, 10)
        port.send(0, 1)
        assert (await out.collect(0), await out.collect(1)) == ([1, 2], [10])

    flow.sim().with_cluster_size(workers, 2).exhaustive(body)


def test_who_begins_anew_has_what_was_there_at_the_start():
    flow = FlowBuilder()
    leader, workers = flow.process(), flow.cluster()
    started = workers.source_iter(lambda: [by_filling(1)])
    out = started.send(leader).entries().sim_output()

    async def body():
        assert {n for _, n in await out.collect_sorted()} <= {1}

    simulation = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=1, restarts=1)
    assert simulation.exhaustive(body) > 1


@pytest.mark.parametrize("reduce", [False, True])
def test_ticks_of_one_process_have_them_in_common(reduce):
    flow = FlowBuilder()
    process = flow.process()
    first, ones = process.sim_input(int)
    second, twos = process.sim_input(int)
    tick, other = process.tick(), process.tick()
    ones_out = ones.batch(tick, ANY).map(by_rebinding).all_ticks().sim_output()
    twos_out = twos.batch(other, ANY).map(by_rebinding).all_ticks().sim_output()
    seen = set()

    async def body():
        first.send(1)
        second.send(10)
        seen.add((*await ones_out.collect(), *await twos_out.collect()))

    flow.sim().exhaustive(body, reduce=reduce)
    assert seen == {(1, 11), (11, 10)}


def test_a_search_begins_with_what_the_user_has_set(monkeypatch):
    monkeypatch.setattr(Seen, "count", 5)
    flow = FlowBuilder()
    port, numbers = flow.process().sim_input(int)
    assert explore(flow, lambda: port.send(1), numbers.map(by_rebinding).sim_output()) == (1, {((6,),)})
    assert Seen.count == 5


def test_a_failure_leaves_them_as_they_were():
    flow = FlowBuilder()
    port, numbers = flow.process().sim_input(int)
    out = numbers.map(by_filling).sim_output()

    async def body():
        port.send(1)
        await out.assert_yields_only([2])

    with pytest.raises(SimulationFailure, match="unexpected message: 1, expected: 2"):
        flow.sim().exhaustive(body)
    assert Seen.all == []


# ------------------------------------------------------------ what is exchanged


@dataclass
class Account:
    total: int = 0

    def pay(self, n):
        self.total += n
        return self


def paying(n):
    return Account().pay(n)


def test_what_methods_do_to_their_objects_needs_nothing():
    assert views_in([paying, Account, 1, "a"]) is None


def test_what_may_be_set_is_exchanged():
    assert set(views_in([by_rebinding]).keys) == {Key(Seen, "count"), Key(Seen, "all")}
    assert Key(of_the_function, "total") in views_in([of_the_function]).keys


def test_a_table_that_is_only_read_is_not():
    assert views_in([remembering.rated]) is None


def test_a_flow_without_such_has_nothing_to_exchange():
    flow = FlowBuilder()
    flow.process().sim_input(int)[1].map(lambda n: Account().pay(n).total).sim_output()
    assert flow.sim()._executions.model.views is None
