"""The counters and the chat room of the fourth lesson."""

from __future__ import annotations

from lessons.reading import shown

TWICE = """def seats(requests):
    by_seat = requests.entries().map(lambda entry: (entry[1], entry[0])).into_keyed()
    in_line = by_seat.assume_ordering(nondet("whoever is first"))
    decided = in_line.map(lambda client: (client, "yours")).entries()
    return decided.map(lambda entry: (entry[1][0], (entry[0], entry[1][1]))).into_keyed()"""
FORGETFUL = """def seats(requests):
    by_seat = requests.entries().map(lambda entry: (entry[1], entry[0])).into_keyed()
    in_line = by_seat.assume_ordering(nondet("whoever is first"))
    decided = in_line.scan(lambda: -1, lambda owner, c: (c, (c, "yours" if owner == -1 else "taken"))).entries()
    return decided.map(lambda entry: (entry[1][0], (entry[0], entry[1][1]))).into_keyed()"""
BY_SEAT = """def seats(requests):
    by_seat = requests.entries().map(lambda entry: (entry[1], entry[0])).into_keyed()
    in_line = by_seat.assume_ordering(nondet("whoever is first"))
    return in_line.scan(lambda: -1, lambda owner, client: (client, (client, "yours")))"""
SEATLESS = BY_SEAT + ".values().into_keyed()"
UNORDERED = """def seats(requests):
    by_seat = requests.entries().map(lambda entry: (entry[1], entry[0])).into_keyed()
    return by_seat.scan(lambda: -1, lambda owner, client: (client, (client, "yours")))"""

WRONG = {
    "04.1": [
        ('answer = "a"', "know nothing of each other"),
        ('answer = "c"', "comes before"),
        ("answer = 3", "one of"),
    ],
    "04.2": [
        ("def numbered(lines):\n    return lines", "are not numbered 0, 1, 2"),
        ("def numbered(lines):\n    return lines.entries()", "should be a keyed stream"),
        ("def numbered(lines):\n    return lines.values().enumerate()", "OrderError"),
    ],
    "04.3": [
        ("def highest(bids):\n    return bids.values().into_keyed().reduce(max)", "ProofError"),
        ("def highest(bids):\n    return bids.reduce(lambda a, b: max(a, b))", "The keys should be the things"),
        ("def highest(bids):\n    return bids.values().map(lambda bid: bid[1]).max()", "for each thing is wanted"),
    ],
    "04.4": [
        (TWICE, "belongs to 2 clients"),
        (FORGETFUL, "was told two things"),
        (UNORDERED, "OrderError"),
        (BY_SEAT, "no client"),
        (SEATLESS, "no pair"),
    ],
}


def shows(cells):
    assert shown(cells["ports"]).startswith("KeyedStream[int, str, Process[None], Unbounded, TotalOrder, ExactlyOnce]")
    assert "`first` needs a totally ordered stream" in shown(cells["first"])
    assert "`make_totally_ordered` needs a totally ordered stream, but `answers` is NoOrder" in shown(cells["contract"])
    assert shown(cells["promise"]) == "`two_clients` passes under all 3 schedules\n"
    assert shown(cells["run"]).startswith("ok tea | ok tea | tea 2 | cocoa 0\n")
    assert shown(cells["hundred"]).startswith("tea 152 | cocoa 50 | ['ok tea', 'ok cocoa', 'ok tea']")
    assert "0: hello, who is here? | 0: hello, who is here?\n2: me | 2: me\n" in shown(cells["enter"])
    assert shown(cells["leaves"]) == "0: now it is quiet\n[]\n"
    assert shown(cells["newcomer-sim"]) in ("{(), ((1, '0: hello'),)}", "{((1, '0: hello'),), ()}")
