"""The gossip of the eighth lesson."""

from __future__ import annotations

import re

from lessons.reading import shown

INSIDE = "\ndef inside(state):\n    return sum(came - went for came, went in state.values())"

WRONG = {
    "08.1": [('answer = "a"', "all that it knows"), ('answer = "b"', "forget")],
    "08.2": [
        ("def merge(a, b):\n    return a | b" + INSIDE, "another result"),
        ("def merge(a, b):\n    a.update(b)\n    return a" + INSIDE, "give a new state"),
        (
            "def merge(a, b):\n"
            "    pairs = {who: (a.get(who, (0, 0)), b.get(who, (0, 0))) for who in a | b}\n"
            "    return {who: (one[0] + two[0], one[1] + two[1]) for who, (one, two) in pairs.items()}" + INSIDE,
            "twice should change nothing",
        ),
        ("def merge(a, b):\n    return {who: max(a[who], b[who]) for who in a.keys() & b.keys()}" + INSIDE, "only one"),
        (
            (
                "def merge(a, b):\n"
                "    return {who: tuple(map(max, a.get(who, (0, 0)), b.get(who, (0, 0)))) for who in a | b}\n"
                "def inside(state):\n"
                "    return sum(came for came, went in state.values())"
            ),
            "one visitor",
        ),
    ],
    "08.3": [
        ("def newest(a, b):\n    return b", "whichever is given first"),
        ("def newest(a, b):\n    return a if a[0] >= b[0] else b", "another result"),
        ("def newest(a, b):\n    return min(a, b)", "newer one wins"),
    ],
    "08.4": [('letters = "abc"', "Take 0, 0 and 30"), ('letters = "acd"', "twice"), ('letters = "a"', "Not all")],
}


def shows(cells):
    assert re.search(r"all five know all twenty, \d+\.\d seconds later", shown(cells["wait"]))
    assert re.search(r"Node -> Node: \d+ discarded", shown(cells["losses"]))
    assert shown(cells["merges"]) == "({'Ann': 4, 'Bob': 1}, {'Ann': 2, 'Bob': 1})"
    claims = shown(cells["claim"])
    assert "`added` is not idempotent" in claims
    assert re.search(r"larger holds in \d+ schedules", claims)
    assert re.search(r"\{(\d: 1000(, )?){3}\}", shown(cells["visitors"]))
