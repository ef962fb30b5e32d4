"""The exercises of `02_live_collections`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hydro_nb import AtLeastOnce, FlowBuilder, NoOrder, nondet
from hydro_nb.course.tools import choice, on_lists, survives
from hydro_nb.testing.exercises import answered, exercise, expect

if TYPE_CHECKING:
    from collections.abc import Callable

READINGS = [("Oslo", 3), ("Rome", 12), ("Oslo", -4), ("Oslo", 0), ("Rome", 19)]


@exercise("02.1", "What sending and merging leave")
def which_one(answer: str) -> None:
    """Look at a prediction."""
    hints = {
        "a": "What did the type of `seattle_told` say that the type of `from_seattle` did not?",
        "b": "What was `readings.first()` refused for?",
    }
    choice(answer, "abc", hints)


@exercise("02.2", "The coldest of each city")
def coldest(answer: Callable[..., Any]) -> None:
    """Try a piece of a flow on readings of other cities."""
    readings: Any = FlowBuilder().process().source_iter(READINGS)
    given = on_lists(answered(answer(readings.weaken_ordering())))
    expect(isinstance(given, dict), "A value for each city is wanted: group by city first.")
    expect(given != {"Oslo": 3, "Rome": 19}, "These are the warmest.")
    expect(given != {"Oslo": -4, "Rome": 0}, "In Rome it was never as cold as 0. What does your value begin with?")
    expect(given == {"Oslo": -4, "Rome": 12}, "Of Oslo with 3, -4, 0 and Rome with 12, 19 something else came out.")


@exercise("02.3", "An honest mean")
def mean_of(answer: Callable[..., Any]) -> None:
    """Try a live value under every order of what comes."""
    flow = FlowBuilder()
    degrees_in, degrees = flow.process().sim_input(int, order=NoOrder)
    means = answered(answer(degrees))
    expect(hasattr(means, "sample_eager"), "A live value is wanted: the function should `return` one.")
    means_out = means.sample_eager(nondet("all is looked at")).sim_output()

    async def body() -> None:
        degrees_in.send_many_unordered([10, 20, 60])
        seen = await means_out.collect()
        assert seen, "there was no mean"
        assert seen[-1] == 30, f"the last mean was {seen[-1]}"

    async def nothing_yet() -> None:
        seen = await means_out.collect()
        assert all(mean is None for mean in seen), f"before the first reading the mean was {seen[0]}"

    survives(flow.sim(), nothing_yet, "While there is no reading yet, there is no mean, and nothing should fail.")
    survives(flow.sim(), body, "From 10, 20, 60 the last mean should be 30 in any order.")


@exercise("02.4", "How many different reports")
def how_many(answer: Callable[..., Any]) -> None:
    """Try a piece of a flow on reports that come more than once."""
    flow = FlowBuilder()
    reports_in, reports = flow.process().sim_input(tuple[int, int], retries=AtLeastOnce)
    counts = answered(answer(reports))
    expect(hasattr(counts, "sample_eager"), "A live value is wanted: the function should `return` one.")
    counts_out = counts.sample_eager(nondet("all is looked at")).sim_output()

    async def body() -> None:
        reports_in.send_many([(4, 20), (7, 21), (4, 20), (9, 20)])
        seen = await counts_out.collect()
        assert seen, "there was no count"
        assert seen[-1] != 2, "two reports of the same degrees were taken for one"
        assert seen[-1] == 3, f"the last count was {seen[-1]}"

    survives(flow.sim(), body, "Of the reports 4, 7, 4 again and 9 there are three.")
