"""What is sent is the receiver's own: nobody sees what another does to it, and no execution what one before did."""

import dataclasses
import enum
from itertools import count

import msgspec
import pytest

from hydro_nb import TCP, FlowBuilder, MemberId, nondet
from hydro_nb.sim import copies
from hydro_nb.sim.copies import carried, is_lasting, version

ANY = nondet("any outcome is explored")


def touch(numbers):
    numbers.append(0)
    return numbers


def test_each_receiver_has_a_message_of_its_own():
    flow = FlowBuilder()
    leader, workers = flow.process(), flow.cluster()
    port, lists = leader.sim_input(list)
    out = lists.broadcast_closed(workers).map(touch).sim_output()

    async def body():
        port.send_many([[1], [2]])
        for member in (0, 1):
            await out.assert_yields_only(member, [[1, 0], [2, 0]])

    assert flow.sim().with_cluster_size(workers, 2).exhaustive(body) == 1


def test_so_has_one_of_whom_a_test_decides_what_arrives():
    flow = FlowBuilder()
    leader, workers, fate = flow.process(), flow.cluster(), flow.sim_hook()
    port, lists = leader.sim_input(list)
    out = lists.broadcast_closed(workers, TCP.lossy(nondet("some are lost", hook=fate))).map(touch).sim_output()

    async def body():
        port.send([1])
        fate.on(1).pause()
        for member in (0, 1):
            fate.on(member).resume()
            await fate.on(member).deliver_next()
            await out.assert_yields_only(member, [[1, 0]])

    flow.sim().with_cluster_size(workers, 2).deterministic(body)


def test_what_the_sender_does_to_it_later_is_not_seen():
    flow = FlowBuilder()
    first, second = flow.process(), flow.process()
    port, numbers = first.sim_input(int)
    kept = []
    out = numbers.map(lambda n: (kept.append(n), kept)[1]).send(second).sim_output()

    async def body():
        port.send(1)
        await out.assert_yields([[1]])
        port.send(2)
        await out.assert_yields_only([[1, 2]])

    assert flow.sim().exhaustive(body) == 1


def test_what_the_test_has_sent_stays_as_it_is_in_all_executions():
    sent, seen = [[1], [2]], []
    flow = FlowBuilder()
    process = flow.process()
    port, lists = process.sim_input(list)
    out = lists.map(touch).batch(process.tick(), ANY).all_ticks().sim_output()

    async def body():
        port.send_many(sent)
        seen.append(await out.collect())

    assert flow.sim().exhaustive(body) == 2
    assert (sent, seen) == ([[1], [2]], 2 * [[[1, 0], [2, 0]]])


def test_the_test_may_do_to_what_it_is_given_as_it_likes():
    flow = FlowBuilder()
    port, numbers = flow.process().sim_input(int)
    kept = []
    out = numbers.map(lambda n: (kept.append(n), kept)[1]).sim_output()

    async def body():
        port.send(1)
        first = await out.next()
        first.clear()
        port.send(2)
        await out.assert_yields_only([[1, 2]])
        assert first == []

    assert flow.sim().exhaustive(body) == 1


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass(frozen=True)
class Vote:
    ballot: int
    entries: object = ()


class Frozen(msgspec.Struct, frozen=True):
    value: object = None


class Loose(msgspec.Struct):
    value: object = None


@dataclasses.dataclass(frozen=True)
class Empty:
    pass


class Wider(Vote):
    pass


LASTING = [1, "a", None, (), (1, ("a", b"")), frozenset({1}), Colour.RED, MemberId(1), Vote(1, (2,)), Frozen(), Empty()]
CHANGING = [[], {}, ([],), Vote(1, [2]), Frozen([]), Loose(), Wider(1), object()]


@pytest.mark.parametrize("value", LASTING, ids=repr)
def test_what_cannot_change_is_shared(value):
    assert is_lasting(value)
    assert carried(value) is value


@pytest.mark.parametrize("value", CHANGING, ids=lambda value: type(value).__name__)
def test_what_can_change_is_copied(value):
    assert not is_lasting(value)
    assert carried(value) is not value


def test_what_refuses_to_be_copied_goes_as_it_is():
    numbers = count()
    waiting = (each for each in numbers)
    assert carried(waiting) is waiting


def test_a_test_knows_again_what_is_equal_to_nothing_but_itself():
    class Bare:
        pass

    flow, one = FlowBuilder(), Bare()
    port, things = flow.process().sim_input(Bare)
    out = things.sim_output()

    async def body():
        port.send(one)
        port.send((one, []))
        await out.assert_yields_only([one, (one, [])])

    assert flow.sim().exhaustive(body) == 1


@pytest.mark.parametrize("value", [[1, "a", None], [(1, 2), ()], {"a": 1, (1, 2): ("b", None)}, [], {}])
def test_long_lists_and_tables_of_what_cannot_change_are_copied_as_a_whole(value, monkeypatch):
    monkeypatch.setattr(copies, "deepcopy", lambda _: pytest.fail("it was gone through"))
    for own in (version(value), carried(value)):
        assert own == value
        assert own is not value


@pytest.mark.parametrize("value", [[1, [2]], {"a": [2]}, {"a": 1, "b": ([2],)}])
def test_what_can_change_in_lists_and_tables_is_copied_as_well(value):
    text = repr(value)
    for own in (version(value), carried(value)):
        (part,) = [part for part in (own if isinstance(own, list) else own.values()) if isinstance(part, list | tuple)]
        (part[0] if isinstance(part, tuple) else part).append(3)
        assert own != value
        assert repr(value) == text
