"""The exercises of `01_processes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hydro_nb import FlowBuilder
from hydro_nb.course.tools import choice, on_lists
from hydro_nb.testing.exercises import answered, exercise, expect

if TYPE_CHECKING:
    from collections.abc import Callable


@exercise("01.1", "Where the code of an operator runs")
def where(answer: str) -> None:
    """Look at a prediction."""
    hints = {
        "a": "Compare the process ids of the dashboard with this notebook's, `import os; os.getpid()`.",
        "b": "In which box of the picture does `map` stand?",
    }
    choice(answer, "abc", hints)


@exercise("01.2", "The longer words of a line")
def longer(answer: Callable[[str], list[str]]) -> None:
    """Try a function on lines."""
    given = answered(answer("a word, another word, and the last"))
    expect(not isinstance(given, str), "It gives a text, but a line may have several such words: give a list.")
    words = list(given)
    expect("word" not in words, "`word` has four letters and should be left out.")
    expect("word," not in words, "`word,` with its comma was taken for a word. See how `words_of` finds them.")
    expect(words == ["another"], "`a word, another word, and the last` has one word of five letters or more.")
    expect(
        list(answer("three times three")) == ["three", "times", "three"], "Words of exactly five letters belong too."
    )
    expect(list(answer("")) == [], "An empty line has no words.")


@exercise("01.3", "There and back")
def there_and_back(answer: Callable[..., Any]) -> None:
    """Try a piece of a flow, and see where its operators stand."""
    flow = FlowBuilder()
    home, other = flow.process(), flow.process()
    result = answered(answer(home.source_iter([1, 2, 3]), home, other))
    given = on_lists(result)
    expect(result.location == home, "The result should live on the process `home`.")
    expect(given == [2, 4, 6], "From 1, 2, 3 should come 2, 4, 6.")
    at_home = {node.op.name for node in flow.graph.nodes.values() if node.place == home.place}
    expect(at_home <= {"source_iter", "send"}, "The doubling should happen on `other`, but something runs on `home`.")


@exercise("01.4", "How many words begin with each letter")
def first_letters(answer: Callable[..., Any]) -> None:
    """Try a piece of a flow on words."""
    words = FlowBuilder().process().source_iter(["to", "be", "or", "Not", "To", "bee", "tea"])
    counts = on_lists(answered(answer(words)))
    expect(isinstance(counts, dict), "A live value per letter is wanted: `value_counts` gives one.")
    expect("to" not in counts, "The words themselves are counted; what they are grouped by should be a letter.")
    expect("N" not in counts, "`Not` and `not` begin with the same letter.")
    expect(counts == {"t": 3, "b": 2, "o": 1, "n": 1}, "Of to, be, or, Not, To, bee, tea three begin with a t.")
