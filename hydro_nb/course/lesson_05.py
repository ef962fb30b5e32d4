"""The exercises of `05_clusters`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hydro_nb import FlowBuilder, MemberId, MembershipEvent
from hydro_nb.course.tools import choice, on_lists
from hydro_nb.lang.collection import Collection
from hydro_nb.testing import collect
from hydro_nb.testing.exercises import answered, exercise, expect

if TYPE_CHECKING:
    from collections.abc import Callable

JOINED, LEFT = MembershipEvent.Joined, MembershipEvent.Left


class Worker:
    """Marks the members of the checks' clusters."""


@exercise("05.1", "How much comes to each")
def how_much(answer: str) -> None:
    """Look at a prediction."""
    hints = {
        "a": "That is what each of the four sends to each of the two. From how many does it come?",
        "b": "`broadcast` gives each member all elements, not a share of them.",
        "d": "So many elements are sent in all. To how many do they come?",
    }
    choice(answer, "abcd", hints)


@exercise("05.2", "The largest, wherever it is")
def largest(answer: Callable[..., Any]) -> None:
    """Try a piece of a flow with three members, and see who has found what."""
    for numbers in ([3, 1, 4, 1, 5, 9, 2, 6], [-7, -2, -9]):
        flow = FlowBuilder()
        leader, workers = flow.process(), flow.cluster(Worker)
        result = answered(answer(leader.source_iter(numbers), workers, leader))
        expect(isinstance(result, Collection), "The function should `return` a live value.")
        expect(result.location == leader, "The result should live on `leader`.")
        dealt = {node.op.name for node in flow.graph.nodes.values() if node.place == workers.place}
        expect(bool(dealt & {"round_robin", "demux"}), "The numbers should be dealt out to `workers`.")
        expect(
            bool(dealt & {"max", "min", "reduce", "fold", "scan"}),
            "Each member should look for the largest of its own numbers.",
        )
        given = collect(result, clusters={workers: 3}, backend="inprocess")
        expect(given != [] and given[-1] == max(numbers), f"Of {numbers} the largest is {max(numbers)}.")


@exercise("05.3", "Totals per customer")
def totals(answer: Callable[..., Any]) -> None:
    """Try a piece of a flow with three members: each customer is at one of them, complete."""
    flow = FlowBuilder()
    office, shops = flow.process(), flow.cluster(Worker)
    sales = [("Ann", 3), ("Bob", 5), ("Ann", 4), ("Cleo", 1), ("Bob", 1), ("Ann", 2), ("Dan", 7)]
    result = answered(answer(office.source_iter(sales), shops))
    expect(isinstance(result, Collection), "The function should `return` a live value per customer.")
    expect(result.location == shops, "The totals should live on `shops`.")
    tables = [table for given in collect(result, clusters={shops: 3}, backend="inprocess").values() for table in given]
    expect(all(isinstance(table, dict) for table in tables), "A live value per customer is wanted, not one of all.")
    merged: dict[str, int] = {}
    for table in tables:
        twice = sorted(set(table) & set(merged))
        expect(not twice, f"At several members: {', '.join(twice)}. Each customer should be at one of them only.")
        merged |= table
    expect(merged == {"Ann": 9, "Bob": 6, "Cleo": 1, "Dan": 7}, "Some sum is not that of the customer's amounts.")


@exercise("05.4", "How many are there")
def how_many(answer: Callable[..., Any]) -> None:
    """Try a piece of a flow on the events of members that come, go, and come again."""
    for events, count in (([], 0), ([(0, JOINED), (1, JOINED), (0, LEFT), (2, JOINED), (2, LEFT), (0, JOINED)], 2)):
        board = FlowBuilder().process()
        members = [(MemberId.from_raw_id(raw, Worker), event) for raw, event in events]
        stream = board.source_iter(members).weaken_boundedness().into_keyed()
        given = on_lists(answered(answer(stream)))
        expect(not isinstance(given, dict), "One number is wanted for all members together.")
        expect(given == count, f"It should be {count} after {', '.join(map(str, members)) or 'no event at all'}.")
