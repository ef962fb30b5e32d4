"""The exercises of `06_agreement`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hydro_nb import FlowBuilder, NoOrder
from hydro_nb.course.tools import choice, survives
from hydro_nb.lang.collection import Collection
from hydro_nb.testing.exercises import answered, exercise, expect

if TYPE_CHECKING:
    from collections.abc import Callable


@exercise("06.1", "Who has said no")
def said_no(answer: str) -> None:
    """Look at a prediction."""
    hints = {
        "a": "What would it wait for? Is there any decision that could need its seat?",
        "c": "Could the answers of the other two change anything?",
    }
    choice(answer, "abc", hints)


@exercise("06.2", "What is promised")
def consistent(answer: Callable[[dict[str, dict[str, str]]], bool]) -> None:
    """Try a predicate on what partners did."""
    rome, off = {"Rome": "booked"}, {"Rome": "off"}
    expect(bool(answered(answer({"a": rome, "b": rome}))), "Two that both have booked Rome agree.")
    expect(not answer({"a": rome, "b": rome, "c": off}), "Rome is booked by two and off for a third.")
    expect(bool(answer({"a": off, "b": off})), "Two for whom Rome is off agree: that is nothing, for all.")
    expect(bool(answer({"a": rome, "b": {}})), "Who has not heard of a trip yet does no harm.")
    expect(bool(answer({"a": rome, "b": {"Oslo": "off"}})), "Different trips may have different outcomes.")
    both = {"Rome": "booked", "Oslo": "off"}
    expect(not answer({"a": both, "b": {"Oslo": "booked"}}), "Every trip must be looked at, not only the first.")


@exercise("06.3", "Decide without the library")
def decide_alone(answer: Callable[..., Any]) -> None:
    """Try a piece of a flow on votes, in every order in which they can come."""
    votes = [("Rome", True), ("Oslo", True), ("Rome", True), ("Oslo", False)]
    for cast, count, expected in (
        (votes, 2, [("Oslo", False), ("Rome", True)]),
        (votes[:3], 2, [("Rome", True)]),
        ([("Rome", False), ("Rome", False), ("Rome", True)], 3, [("Rome", False)]),
    ):
        _try(answer, cast, count, expected)


def _try(answer: Callable[..., Any], votes: list[tuple[str, bool]], count: int, expected: list[Any]) -> None:
    flow = FlowBuilder()
    votes_in, cast = flow.process().sim_input(tuple[str, bool], order=NoOrder)
    decided = answered(answer(cast, count))
    expect(isinstance(decided, Collection), "The function should `return` a stream of decisions.")
    decided_out = decided.weaken_ordering().sim_output()

    async def body() -> None:
        votes_in.send_many_unordered(votes)
        given = await decided_out.collect_sorted()
        assert given == expected, f"it gave {given}"

    needed = f"Of {count} votes each: after {', '.join(map(str, votes))}, in any order, {expected} are decided."
    survives(flow.sim(), body, needed)


@exercise("06.4", "Who has not voted")
def not_voted(answer: str) -> None:
    """Look at a prediction."""
    hints = {
        "a": "What if the car rental was about to say no?",
        "c": "It may wait, but need it? What has anybody been told so far?",
    }
    choice(answer, "abc", hints)
