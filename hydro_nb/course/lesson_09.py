"""The exercises of `09_speed`."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING, Any

from hydro_nb import FlowBuilder
from hydro_nb.course.tools import choice, on_lists
from hydro_nb.lang.collection import Collection
from hydro_nb.testing.exercises import answered, exercise, expect

if TYPE_CHECKING:
    from collections.abc import Callable


@exercise("09.1", "How many come out")
def how_many(answer: str) -> None:
    """Look at a prediction."""
    hints = {
        "a": "That would be so if one did nothing while the other works.",
        "c": "What happens to the elements that the second process has no time for?",
    }
    choice(answer, "abc", hints)


@exercise("09.2", "The exponent")
def exponent(answer: Callable[[list[tuple[int, float]]], float]) -> None:
    """Try a function on times that grow in known ways."""
    for power, what in ((1.0, "proportional"), (2.0, "quadratic"), (0.0, "the same at all sizes")):
        points = [(size, 0.5 * size**power) for size in (10, 20, 80)]
        points[1] = (20, points[1][1] + 1)
        given = answered(answer(points))
        right = isclose(given, power, abs_tol=1e-9)
        expect(right, f"For {points}, which is {what} from first to last, it gives {given:.3g} and not {power:g}.")


@exercise("09.3", "Send less")
def counted(answer: Callable[..., Any]) -> None:
    """Try a piece of a flow on words, and look at what is sent."""
    flow = FlowBuilder()
    here, there = flow.process(), flow.process()
    words = ["to", "be", "or", "not", "to", "be", "to"] * 50
    result = answered(answer(here.source_iter(words), there))
    expect(isinstance(result, Collection), "The function should `return` a live value per word.")
    expect(result.location == there, "The result should live on `other`.")
    given = on_lists(result)
    right = {word: words.count(word) for word in set(words)}
    expect(isinstance(given, dict), "A live value per word is wanted: group by the word, and add up.")
    expect(given == right, f"Of these words {right} should come out, and {given} did.")
    counts = {"value_counts", "reduce", "fold", "count"}
    before = {
        node.op.name.partition("_keyed")[0] for node in flow.graph.nodes.values() if node.place.root == here.place
    }
    expect(bool(before & counts), "The words are counted only after they were sent. Count on this side first.")
