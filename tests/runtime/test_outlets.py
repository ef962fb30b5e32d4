"""Which members the elements of an output go to, while members leave and join."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.errors import GraphError
from hydro_nb.runtime.channel import Sender
from hydro_nb.runtime.outlets import Outlet, outlet
from hydro_nb.runtime.wiring import Codecs, Wiring
from hydro_nb.values import MemberId
from hydro_nb.wire import ChannelSpec, CodecSpec, Route

MEMBERS = 4


def edge(route: Route) -> ChannelSpec:
    return ChannelSpec(0, "c", "e", 1, 2, "out", "in", CodecSpec("self-describing"), route=route)


class Way:
    """An outlet with the members behind it, whatever becomes of them."""

    def __init__(self, route: Route, members: int = MEMBERS) -> None:
        self.edge = edge(route)
        self.outlet: Outlet = outlet(self.edge)
        self.lives: list[list[Sender]] = [[] for _ in range(members)]
        for member in range(members):
            self.join(member)

    def join(self, member: int) -> None:
        spec = self.edge.between(0, member)
        sender = Wiring((spec,), {spec.receiver: len(self.lives[member]) + 1}).sender(spec, Codecs({}))
        self.lives[member].append(sender)
        self.outlet.joined(sender)

    def leave(self, member: int) -> None:
        self.outlet.left(member)
        for sender in self.lives[member]:
            sender.cut("gone")

    def put(self, *items: object) -> dict[int, list[object]]:
        """Give what reached whom."""
        self.outlet.put(list(items), timer=False)
        got = {member: [n for each in senders for n in each.items] for member, senders in enumerate(self.lives)}
        for senders in self.lives:
            for sender in senders:
                sender.items = []
        return {member: mine for member, mine in got.items() if mine}

    @property
    def discarded(self) -> int:
        return sum(sender.discarded for senders in self.lives for sender in senders)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 12)),
        st.tuples(st.just("flip"), st.integers(0, MEMBERS - 1)),
    ),
    max_size=30,
)


def steps(way: Way, plan):
    """Take the steps; gives for each batch who was there, what was put and who got what."""
    there, number = set(range(MEMBERS)), 0
    for what, argument in plan:
        if what == "flip" and argument in there:
            there.discard(argument)
            way.leave(argument)
        elif what == "flip":
            there.add(argument)
            way.join(argument)
        else:
            items = list(range(number, number + argument))
            number += argument
            yield sorted(there), items, way.put(*items)


@given(STEPS)
def test_round_robin_gives_the_nth_element_to_the_nth_of_those_that_are_there(plan):
    way, lost = Way("turns"), 0
    for there, items, got in steps(way, plan):
        expected: dict[int, list[int]] = {}
        for item in items if there else ():
            expected.setdefault(there[item % len(there)], []).append(item)
        lost += 0 if there else len(items)
        assert got == expected
        assert way.discarded == lost


@given(STEPS)
def test_a_broadcast_gives_everything_to_everybody_that_is_there(plan):
    for there, items, got in steps(Way("all"), plan):
        assert got == (dict.fromkeys(there, items) if items else {})


@given(STEPS)
def test_a_closed_broadcast_is_for_those_of_the_start_in_their_first_lives(plan):
    way, stayed, lost = Way("closed"), set(range(MEMBERS)), 0
    for there, items, got in steps(way, plan):
        stayed &= set(there) & {member for member, lives in enumerate(way.lives) if len(lives) == 1}
        lost += len(items) * (MEMBERS - len(stayed))
        assert got == (dict.fromkeys(stayed, items) if items else {})
        assert way.discarded == lost


@given(STEPS, st.integers(1, 7))
def test_a_named_member_gets_what_is_for_it_and_what_is_for_one_that_has_gone_is_counted(plan, factor):
    way, lost = Way("members"), 0
    there, number = set(range(MEMBERS)), 0
    for what, argument in plan:
        if what == "flip":
            (way.leave if argument in there else way.join)(argument)
            there ^= {argument}
            continue
        pairs = [(MemberId.from_raw_id(n * factor % MEMBERS), n) for n in range(number, number + argument)]
        number += argument
        expected: dict[int, list[int]] = {}
        for member, item in pairs:
            expected.setdefault(member.raw_id, []).append(item)
        lost += sum(len(mine) for member, mine in expected.items() if member not in there)
        assert way.put(*pairs) == {member: mine for member, mine in expected.items() if member in there}
        assert way.discarded == lost


def test_everybody_gets_a_list_of_its_own():
    way = Way("all", 2)
    way.outlet.put([1], timer=False)
    first, second = (lives[0].items for lives in way.lives)
    assert first == second == [1]
    assert first is not second


def test_what_is_for_nobody_is_refused():
    way = Way("members", 2)
    with pytest.raises(GraphError, match=r"given 7 for MemberId::<_>\(5\), but the cluster has 2 members, 0 to 1"):
        way.put((MemberId.from_raw_id(5), 7))
    with pytest.raises(
        GraphError, match=r"given 7 for 'x', which is no member; give a MemberId\.from_raw_id\(number\)"
    ):
        way.put(("x", 7))
