"""The agreement of the sixth lesson."""

from __future__ import annotations

from lessons.reading import shown


def decide(*lines):
    return "def decide_alone(votes, count):\n" + "\n".join(f"    {line}" for line in lines)


WRONG = {
    "06.1": [('answer = "a"', "wait for"), ('answer = "c"', "change anything")],
    "06.2": [
        ("def consistent(done):\n    return True", "off for a third"),
        ("def consistent(done):\n    sorted(trips['Rome'] for trips in done.values())", "`return` missing"),
        ("def consistent(done):\n    return len({str(trips) for trips in done.values()}) == 1", "not heard"),
        (
            (
                "def consistent(done):\n"
                "    said = [trips['Rome'] for trips in done.values() if 'Rome' in trips]\n"
                "    return len(set(said)) <= 1"
            ),
            "not only the first",
        ),
    ],
    "06.3": [
        (decide("return [('Rome', True)]"), "`return` a stream"),
        (decide("return votes"), "in any order"),
        (decide("return votes.filter(lambda vote: not vote[1]).unique()"), "in any order"),
        (decide("return votes.assume_ordering(nondet('any')).scan(dict, len)"), "called with 2 arguments"),
    ],
    "06.4": [('answer = "a"', "about to say no"), ('answer = "c"', "told so far")],
}


def shows(cells):
    assert shown(cells["simulate"]) == "720 schedules, and the promise is kept in each\n"
    assert "('Oslo', 'booked'), ('Oslo', 'off')" in shown(cells["hasty"])
    assert shown(cells["trips"]) == "[('Lima', 'off'), ('Oslo', 'off'), ('Rome', 'booked')]"
    assert shown(cells["pause"]).endswith("['Paris', 'Paris']")
    lines = shown(cells["kill"])
    assert lines.count("yes to Paris") == 3
    assert "Paris is" not in lines
    assert lines.rstrip().splitlines()[-1].endswith("says yes to Paris")
    assert shown(cells["restart"]).endswith("decisions on Paris: 0\n")
