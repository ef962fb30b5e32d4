"""The exercises of `07_consensus`."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from hydro_nb.course.tools import choice
from hydro_nb.testing.exercises import answered, exercise, expect

if TYPE_CHECKING:
    from collections.abc import Callable

    Groups = list[set[int]]
    Ballot = tuple[int, int]


@exercise("07.1", "How many may be down")
def how_many(answer: str) -> None:
    """Look at a prediction."""
    hints = {
        "a": "That leaves five. Could one more be spared?",
        "c": "That leaves three of seven. What may the other four have decided before?",
        "d": "One alone is no majority of seven.",
    }
    choice(answer, "abcd", hints)


@exercise("07.2", "Groups that meet")
def safe(answer: Callable[[Groups, Groups], bool]) -> None:
    """Try a predicate on groups of acceptors."""
    threes, pairs = groups(5, 3), groups(5, 2)
    expect(bool(answered(answer(threes, threes))), "Majorities of five, for both, are safe.")
    expect(not answer(pairs, pairs), "Two of five may promise while another two decide: that is not safe.")
    expect(bool(answer(groups(5, 4), pairs)), "Any four of five meet any two, so four may promise where two decide.")
    expect(not answer(threes, pairs), "Three may promise that have not heard of the two that decided.")
    expect(not answer([{0}], [{0}, {1}]), "What {1} decides, {0} does not know of. Every pair of groups counts.")
    expect(bool(answer([{0, 1}], [{0, 2}, {0}])), "All of these have 0 in common. How large they are says nothing.")


def groups(of: int, size: int) -> Groups:
    """Give all groups of so many of those numbered from 0.

    >>> groups(3, 2)
    [{0, 1}, {0, 2}, {1, 2}]
    """
    return [set(group) for group in combinations(range(of), size)]


@exercise("07.3", "The next ballot")
def next_ballot(answer: Callable[[list[Ballot], int], Ballot]) -> None:
    """Try a function on ballots that were heard of."""
    first = answered(answer([], 3))
    expect(isinstance(first, tuple | list), "A ballot is a pair: `return` a number and a proposer.")
    expect(tuple(first) == (0, 3), "Where nothing was heard of, it is (0, me).")
    for heard, me in (
        ([(0, 1)], 2),
        ([(0, 2)], 1),
        ([(4, 1), (2, 5)], 3),
        ([(4, 2), (4, 0)], 2),
        ([(1, 0), (1, 3)], 2),
    ):
        given = tuple(answer(heard, me))
        expect(given[1] == me, "The second part of a ballot is whose it is: `me`.")
        expect(given > max(heard), f"After {heard} the ballot {given} is not greater than all of them.")
        less = (given[0] - 1, me)
        expect(less <= max(heard), f"After {heard} the ballot {less} of proposer {me} would be enough.")


@exercise("07.4", "Apply the log")
def table_of(answer: Callable[[list[Any]], dict[str, int]]) -> None:
    """Try a function on slots as they come."""
    a, b, c, later = (0, ("x", 1)), (1, ("y", 2)), (2, ("x", 3)), (4, ("y", 9))
    expect(answered(answer([a, b])) == {"x": 1, "y": 2}, "Slots 0 and 1, in order, are both applied.")
    expect(
        answer([c, b, a]) == {"x": 3, "y": 2}, "Slots that come in another order are applied in the order of the log."
    )
    expect(answer([a, b, c, a]) == {"x": 3, "y": 2}, "A slot that comes again changes nothing.")
    expect(answer([a, later, b]) == {"x": 1, "y": 2}, "Behind a hole nothing may be shown: slot 2 is missing.")
    expect(answer([b]) == {}, "Slot 0 is missing, so the table is still empty.")
