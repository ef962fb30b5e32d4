"""The live collections of the second lesson."""

from __future__ import annotations

from lessons.reading import shown

RUNNING = """def mean_of(degrees):
    halves = proof("a mean does not depend on order")
    half = lambda mean, new: new if mean is None else (mean + new) / 2
    return degrees.fold(lambda: None, half, commutative=halves)"""
LAST = """def mean_of(degrees):
    return degrees.reduce(lambda _, new: new, commutative=proof("no", unchecked=True))"""
NONE_YET = """def mean_of(degrees):
    sums = degrees.fold(lambda: (0, 0), add, commutative=proof("addition"))
    return sums.map(lambda sums: sums[1] / sums[0])"""
ZERO_YET = NONE_YET.replace("sums[1] / sums[0]", "sums[1] / max(sums[0], 1)")


def by_city(what):
    return f"def coldest(readings):\n    return readings.into_keyed().{what}"


WRONG = {
    "02.1": [
        ('answer = "d"', "Answer with one of"),
        ('answer = "a"', "`from_seattle` did not"),
        ('answer = "b"', "refused"),
    ],
    "02.2": [
        ("def coldest(readings):\n    return readings.map(lambda r: r[1]).min()", "group by city first"),
        (by_city("fold(lambda: 0, min, commutative=proof('min'))"), "What does your value begin with?"),
        (by_city("min()"), "Of each key: .reduce(min,"),
        (by_city("reduce(max, commutative=proof('max'))"), "the warmest"),
        (by_city("reduce(min)"), "ProofError: `reduce` needs a commutative function"),
        (by_city("first()"), "OrderError"),
    ],
    "02.3": [
        (RUNNING, "is not commutative"),
        (LAST, "the last mean was"),
        (NONE_YET, "no reading yet"),
        (ZERO_YET, "the mean was 0"),
    ],
    "02.4": [
        ("def how_many_reports(reports):\n    return reports.count()", "RetriesError"),
        ("def how_many_reports(reports):\n    return reports.map(lambda r: r[1]).unique().count()", "taken for one"),
        ("def how_many_reports(reports):\n    return reports.map(lambda r: r[0]).max()", "the last count was"),
        ("def how_many_reports(reports):\n    return 3", "A live value is wanted"),
    ],
}


def shows(cells):
    assert shown(cells["first-look"]).startswith(
        "Stream[int, Process[Seattle], Bounded, TotalOrder, ExactlyOnce]\n  4\n"
    )
    assert shown(cells["not-here"]).startswith("LocationError: `chain` needs both collections at one place")
    assert shown(cells["told"]).startswith(
        "Stream[tuple[str, int], Process[Office], Unbounded, TotalOrder, ExactlyOnce]"
    )
    assert shown(cells["bound-error"]).startswith("BoundError: `sort` needs a bounded stream")
    assert "order was lost at   In[" in shown(cells["order-error"])
    assert "ProofError: `fold` needs a commutative function" in shown(cells["proof-error"])
    assert "NondetError: `nondet` needs a reason in words" in shown(cells["retries-error"])
    assert "RetriesError: `count` needs an exactly-once stream" in shown(cells["retries-error"])
    on_average = "Seattle: 11.1 degrees on average\nSan Francisco: 13.8 degrees on average\n"
    assert shown(cells["settle"]) == on_average
    assert "from 10, 20 and then 30 give 22.5" in shown(cells["trial"])
