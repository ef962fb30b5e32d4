"""The exercises of `03_a_counter_service`."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from hydro_nb import FlowBuilder, SimulationFailure, nondet, sliced
from hydro_nb.course.tools import choice, on_lists, reason, streams, survives
from hydro_nb.testing.exercises import answered, exercise, expect

if TYPE_CHECKING:
    from collections.abc import Callable


@exercise("03.1", "Which decision made the test fail")
def which_decision(answer: str) -> None:
    """Look at a prediction."""
    hints = {
        "a": "`explain` names what else could have been decided so that the test passes.",
        "c": "Does the test fail with each other choice of the batch as well? `explain` has tried it.",
    }
    choice(answer, "abc", hints)


@exercise("03.2", "A total that has what was acknowledged")
def total(answer: Callable[..., Any]) -> None:
    """Try a service under every schedule."""
    flow = FlowBuilder()
    server = flow.process()
    deposit, deposits = server.sim_input(int)
    get, gets = server.sim_input(str)
    given = streams(answer(deposits, gets), 2, "acknowledgements, answers")
    acknowledged, answers = (each.sim_output() for each in given)

    async def starts_at_none() -> None:
        get.send("get")
        await answers.assert_yields_only([0])

    async def adds_up() -> None:
        for amount in (5, 7):
            deposit.send(amount)
            await acknowledged.assert_yields([amount])
        get.send("get")
        await answers.assert_yields_only([12])

    survives(flow.sim(), starts_at_none, "Asked before any deposit, it should answer 0.")
    survives(flow.sim(), adds_up, "After deposits of 5 and 7, both acknowledged with themselves, it should answer 12.")


@exercise("03.3", "A test that finds broken counters")
def finds_it(answer: Callable[..., Any]) -> None:
    """Run the reader's test against a right service and against broken ones."""
    expect(not callable(answer) or iscoroutinefunction(answer), "A test waits for answers: write it as `async def`.")
    why = _failure(answer, lambda count: count, atomic=True)
    expect(not why, f"A counter that is right does not pass it: {why}")
    expect(_failure(answer, lambda count: count, atomic=False), "A counter that acknowledges too early passes it.")
    expect(_failure(answer, lambda count: min(count, 1), atomic=True), "A counter that stays at 1 passes it.")
    expect(_failure(answer, lambda count: 2 * count, atomic=True), "A counter that counts everything twice passes it.")


def _failure(test: Callable[..., Any], shown: Callable[[int], int], *, atomic: bool) -> str:
    """Run a test against a counter; gives the first line of how it failed."""
    flow = FlowBuilder()
    server = flow.process()
    increment, increments = server.sim_input(str)
    get, gets = server.sim_input(str)
    counted: Any = increments.atomic() if atomic else increments
    counts = counted.count()

    def said(pair: tuple[Any, int]) -> str:
        return str(shown(pair[1]))

    with sliced() as opened:
        s: Any = opened
        asked = s.batch(gets, nondet("each question is answered alone"))
        moment = nondet("the count at some moment")
        now = s.atomic(counts, moment) if atomic else s.snapshot(counts, moment)
        answers = s.emit(asked.cross_singleton(now).map(said))
    acknowledged = (counted.end_atomic() if atomic else counted).sim_output()
    ends = (increment, acknowledged, get, answers.sim_output())

    async def body() -> None:
        await test(*ends)

    try:
        flow.sim().exhaustive(body)
    except SimulationFailure as failure:
        return reason(failure)
    return ""


@exercise("03.4", "An account that is not overdrawn")
def account(answer: Callable[..., Any]) -> None:
    """Try a piece of a flow on withdrawals."""
    server = FlowBuilder().process()
    given = on_lists(answered(answer(server.source_iter([60, 30, 20, 10, 1]))))
    expect(len(given) == 5, f"There should be one answer to each of five withdrawals, not {len(given)}.")
    expect(set(given) <= {"ok", "refused"}, 'The answers are the texts `"ok"` and `"refused"`.')
    expect(given[2] == "refused", "Of 100, after 60 and 30, there is not enough left for 20.")
    expect(given[3:] != ["refused", "ok"], "Who has 10 left may take all 10.")
    expect(given[3] == "ok", "What was refused is not taken: after 60 and 30 there are still 10 left.")
    expect(
        given == ["ok", "ok", "refused", "ok", "refused"], "Of 60, 30, 20, 10, 1 the third and the last are refused."
    )
