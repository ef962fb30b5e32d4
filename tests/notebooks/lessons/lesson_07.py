"""The consensus of the seventh lesson."""

from __future__ import annotations

import re

from lessons.reading import shown

WRONG = {
    "07.1": [('answer = "a"', "one more"), ('answer = "c"', "other four"), ('answer = "d"', "no majority")],
    "07.2": [
        ("def safe(promising, deciding):\n    return True", "not safe"),
        (
            "def safe(promising, deciding):\n    return all(one & other for one in deciding for other in deciding)",
            "four may promise",
        ),
        (
            "def safe(promising, deciding):\n    return all(any(one & two for two in deciding) for one in promising)",
            "not safe",
        ),
        (
            (
                "def safe(promising, deciding):\n"
                "    return all(len(one) + len(other) > 5 for one in promising for other in deciding)"
            ),
            "How large they are",
        ),
    ],
    "07.3": [
        ("def next_ballot(heard, me):\n    return len(heard)", "A ballot is a pair"),
        ("def next_ballot(heard, me):\n    return 0, me", "not greater"),
        ("def next_ballot(heard, me):\n    return max(heard, default=(-1, 0))[0] + 1, me", "would be enough"),
        ("def next_ballot(heard, me):\n    return max(heard, default=(0, me))", "whose it is"),
    ],
    "07.4": [
        ("def table_of(arrived):\n    return {key: value for _, (key, value) in arrived}", "order of the log"),
        ("def table_of(arrived):\n    return {key: value for _, (key, value) in sorted(arrived)}", "Behind a hole"),
        ("def table_of(arrived):\n    return arrived['x']", "That was with arrived = [(0, ('x', 1)), "),
    ],
}


def shows(cells):
    assert shown(cells["majorities"]).count("True") == shown(cells["majorities"]).count("False") == 1
    assert "def acceptor_p1(" in shown(cells["promise"])
    assert shown(cells["insist"]).endswith("(2, KvPayload(key='key', value=2))]")
    assert re.search(r"the leader is Proposer/\d", shown(cells["leader"]))
    assert "both replicas have all 60 writes" in shown(cells["kill"])
    assert re.search(r"the same \d+ slots at both, without a hole", shown(cells["same"]))
    assert "both replicas have all 80 writes" in shown(cells["acceptor"])
    assert "300 schedules at random: nothing is decided twice" in shown(cells["elections"])
    assert re.search(r"slot 0 has \S+ and \S+", shown(cells["hasty"]))
