"""What a flow does to attributes of the user's classes and functions is not seen by the next execution, nor after."""

import enum
from typing import ClassVar

import pytest
from sim_outcomes import explore

from hydro_nb import FlowBuilder, SimulationFailure, nondet
from hydro_nb.sim.attributes import Attributes, attributes_in

ANY = nondet("any outcome is explored")


class Seen:
    count = 0
    all: ClassVar[list[int]] = []


class Counter:
    total = 0

    def add(self, n):
        Counter.total += n
        return Counter.total


def by_rebinding(n):
    Seen.count += 1
    return Seen.count


def by_filling(n):
    Seen.all.append(n)
    return len(Seen.all)


def by_a_new_one(n):
    Seen.newest = getattr(Seen, "newest", 0) + 1
    return Seen.newest


def of_the_function(n):
    of_the_function.calls = getattr(of_the_function, "calls", 0) + 1
    return of_the_function.calls


def of_the_class_of_an_object():
    return Counter().add


@pytest.mark.parametrize(
    "function", [by_rebinding, by_filling, by_a_new_one, of_the_function, of_the_class_of_an_object()]
)
def test_each_execution_begins_with_the_same(function):
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), ANY).map(function).all_ticks().sim_output()
    assert explore(flow, lambda: port.send_many([1, 1, 1]), out) == (4, {((1, 2, 3),)})
    assert (Seen.count, Seen.all, Counter.total) == (0, [], 0)
    assert not hasattr(Seen, "newest")
    assert not hasattr(of_the_function, "calls")


def test_so_does_the_one_that_writes_a_failure_down():
    flow = FlowBuilder()
    port, numbers = flow.process().sim_input(int)
    out = numbers.map(by_rebinding).sim_output()

    async def body():
        port.send(7)
        assert await out.next() != 1

    with pytest.raises(SimulationFailure, match="the flow gives 1 to `out`"):
        flow.sim().exhaustive(body)
    assert Seen.count == 0


def test_what_the_user_sets_between_two_searches_counts(monkeypatch):
    flow = FlowBuilder()
    port, numbers = flow.process().sim_input(int)
    out, simulation = numbers.map(by_rebinding).sim_output(), flow.sim()

    async def body():
        port.send(7)
        await out.assert_yields_only([Seen.count + 1])

    simulation.exhaustive(body)
    monkeypatch.setattr(Seen, "count", 5)
    simulation.exhaustive(body)
    assert Seen.count == 5


def test_the_users_classes_and_functions_are_found():
    class Base:
        pass

    class Derived(Base):
        def method(self):
            return Seen

    class Colour(enum.Enum):
        RED = 1

    def plain():
        return Derived, Colour

    found = [each._owner for each in attributes_in([(plain,), [1], len, int, FlowBuilder])]
    assert set(found) == {Base, Derived, Seen}


def test_what_is_not_known_is_left_as_it_is():
    Attributes(Seen).put_back()
    assert Seen.count == 0
