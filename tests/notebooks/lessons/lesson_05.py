"""The clusters of the fifth lesson."""

from __future__ import annotations

import re

from lessons.reading import shown


def largest(*lines):
    return "def largest(numbers, workers, leader):\n" + "\n".join(f"    {line}" for line in lines)


DEALT = 'dealt = numbers.round_robin(workers, TCP.fail_stop(), nondet("any"))'
EVERY = 'sample_every(0.1, nondet("any"))'

WRONG = {
    "05.1": [('answer = "e"', "Answer with one of"), ('answer = "a"', "From how many"), ('answer = "d"', "in all")],
    "05.2": [
        (largest("return numbers.max()"), "dealt out"),
        (largest(DEALT, "return dealt.max()"), "live on `leader`"),
        (largest(DEALT, "return dealt.send(leader).values().max()"), "of its own"),
        (largest(DEALT, f"return dealt.min().{EVERY}.send(leader).values().max()"), "Of [3, 1"),
    ],
    "05.3": [
        ("def totals(sales, shops):\n    return sales.into_keyed().reduce(lambda a, b: a + b)", "live on `shops`"),
        (
            (
                "def totals(sales, shops):\n"
                '    dealt = sales.round_robin(shops, TCP.fail_stop(), nondet("any"))\n'
                "    return dealt.into_keyed().reduce(lambda a, b: a + b)"
            ),
            "At several members",
        ),
        (
            (
                "def totals(sales, shops):\n"
                '    everywhere = sales.broadcast(shops, TCP.fail_stop(), nondet("any"))\n'
                "    return everywhere.into_keyed().reduce(lambda a, b: a + b)"
            ),
            "At several members",
        ),
        (
            (
                "def totals(sales, shops):\n"
                "    return partition(sales, shops, 3, by=lambda sale: sale[0]).into_keyed().value_counts()"
            ),
            "Some sum",
        ),
    ],
    "05.4": [
        ("def how_many(events):\n    return track_membership(events)", "all members together"),
        ("def how_many(events):\n    return track_membership(events).into_singleton().map(len)", "after"),
    ],
}


def shows(cells):
    lines = shown(cells["run"]).split("\n")
    assert sorted(re.findall(r"I am (\d) and handle (\w+)", "\n".join(lines))) == [
        ("0", "jam"), ("0", "tea"), ("1", "milk"), ("1", "milk"), ("2", "tea"), ("2", "tea"),
    ]  # fmt: skip
    assert shown(cells["broadcast"]) == "{0: 6, 1: 6, 2: 6}"
    assert shown(cells["back"]).startswith("KeyedStream[MemberId[Worker], ")
    assert "NoOrder" in shown(cells["values"]).split("\n")[0]
    assert "commutative" in shown(cells["refused"])
    assert shown(cells["total"]) == "[62]"
    assert "'tea': 3" in shown(cells["partition"])
    assert "('sys', " in shown(cells["imports"])
    assert "all counted right" in shown(cells["one-loop"])
    assert shown(cells["joined"]) == "['0 Joined', '1 Joined', '2 Joined']"
    assert shown(cells["kill"]) == "'1 Left'"
    assert shown(cells["restart"]) == "'1 Joined'"
