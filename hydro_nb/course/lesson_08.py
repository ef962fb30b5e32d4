"""The exercises of `08_gossip_and_crdts`."""

from __future__ import annotations

from copy import deepcopy
from itertools import permutations, product
from typing import TYPE_CHECKING, Any

from hydro_nb.course.tools import choice
from hydro_nb.testing.exercises import answered, exercise, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Merge = Callable[[Any, Any], Any]


@exercise("08.1", "After an hour alone")
def after_an_hour(answer: str) -> None:
    """Look at a prediction."""
    hints = {
        "a": "What does a node send: what is new, or all that it knows?",
        "b": "Did the others forget what they heard during that hour?",
    }
    choice(answer, "abc", hints)


@exercise("08.2", "Visitors who leave")
def leaving(merge: Merge, inside: Callable[[dict[str, tuple[int, int]]], int]) -> None:
    """Look for the laws on states of doors, and at what they come to."""
    states: list[dict[str, tuple[int, int]]] = [{"Ann": (3, 1)}, {"Ann": (2, 0), "Bob": (5, 5)}, {"Ann": (3, 2)}]
    _obeys(merge, states)
    given = answered(merge(states[0], states[1]))
    expect(set(given) == {"Ann", "Bob"}, "A door that only one of the two knows of belongs to the result too.")
    expect(tuple(given["Ann"]) == (3, 1), "Of what is known of Ann, (3, 1) and (2, 0), the first is the later.")
    whole = merge(merge(states[0], states[1]), states[2])
    expect(answered(inside(whole)) == 1, f"In {states[0] | states[1] | states[2]} one visitor is in the house.")
    expect(inside({}) == 0, "Where nobody has come, nobody is inside.")


@exercise("08.3", "The newest name")
def newest(merge: Merge) -> None:
    """Look for the laws on names that were given at times."""
    names = [(1, "Old Mill"), (4, "Seaview"), (2, "Zum Anker"), (4, "Harbour")]
    expect(tuple(answered(merge(names[0], names[1]))) == names[1], "Of two names the newer one wins.")
    expect(tuple(merge(names[1], names[2])) == names[1], "The newer one wins, whichever is given first.")
    expect(merge(names[1], names[3]) in names, "The result should be one of the two pairs.")
    _obeys(merge, names)


@exercise("08.4", "What can be gossiped")
def gossiped(letters: str) -> None:
    """Look at which letters were chosen."""
    given = set(answered(letters)) - set(", ")
    expect(given <= set("abcd"), "Answer with some of the letters a, b, c, d.")
    expect("b" not in given, "Take 0, 0 and 30. What is the mean of 0 and 30, and of that and 0? And in another order?")
    expect("d" not in given, "What becomes of the list if a node hears the same list twice?")
    expect(given == set("ac"), "Not all that come out right are among them.")


def _obeys(merge: Merge, states: Sequence[Any]) -> None:
    """Expect the three laws of these states, and that they stay what they are."""
    before = deepcopy(states)
    for a, b in product(states, repeat=2):
        one = answered(merge(a, b))
        expect(states == before, "It changes what it was given: give a new state.")
        same = _same(one, merge(b, a))
        expect(same, f"Of {a} and {b} it gives another result than of {b} and {a}.")
    for a in states:
        expect(_same(merge(a, a), a), f"To hear {a} twice should change nothing.")
    for a, b, c in permutations(states, 3):
        same = _same(merge(merge(a, b), c), merge(a, merge(b, c)))
        expect(same, f"Of {a}, {b}, {c} it matters which two are merged first.")


def _same(one: Any, other: Any) -> bool:
    """Compare states; pairs may be lists or tuples."""
    return _plain(one) == _plain(other)


def _plain(state: Any) -> Any:
    return {who: tuple(pair) for who, pair in state.items()} if hasattr(state, "items") else tuple(state)
