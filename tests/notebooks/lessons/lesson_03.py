"""The counter service of the third lesson."""

from __future__ import annotations

from lessons.reading import shown

STALE = """def total(deposits, gets):
    sums = deposits.fold(lambda: 0, lambda sum, amount: sum + amount)
    with sliced() as s:
        asked = s.batch(gets, nondet("each question is answered alone"))
        now = s.snapshot(sums, nondet("any"))
        answers = s.emit(asked.cross_singleton(now).map(lambda pair: pair[1]))
    return deposits, answers"""
BESIDE = STALE.replace("s.snapshot(", "s.atomic(")
NONE_AT_FIRST = STALE.replace("fold(lambda: 0, ", "reduce(")
ONCE = """async def finds_it(increment, acknowledged, get, answers):
    increment.send("inc")
    await acknowledged.assert_yields(["inc"])
    get.send("get")
    await answers.assert_yields_only(["1"])"""
TOO_STRICT = ONCE.replace('    await acknowledged.assert_yields(["inc"])\n', "")
HASTY = ONCE.replace("    await acknowledged", "    acknowledged")
BLIND = ONCE.replace('    await answers.assert_yields_only(["1"])', "    await answers.collect()")

AT_ONCE = 'def finds_it(increment, acknowledged, get, answers):\n    increment.send("inc")\n    get.send("get")'


def scanning(what):
    return f"def account(withdrawals):\n    return withdrawals.{what}"


WRONG = {
    "03.1": [
        ('answer = "a"', "`explain` names"),
        ('answer = "c"', "has tried it"),
        ("answer = None", "Answer with one of"),
    ],
    "03.2": [
        (STALE, "both acknowledged with themselves, it should answer 12"),
        (NONE_AT_FIRST, "Asked before any deposit, it should answer 0"),
        ("def total(deposits, gets):\n    return deposits", "Give 2 streams"),
        (BESIDE, "Make it from what .atomic() gave"),
    ],
    "03.3": [
        (ONCE, "stays at 1 passes it"),
        (TOO_STRICT, "that is right does not pass it"),
        (BLIND, "too early passes it"),
        (HASTY, "was called but never awaited"),
        (AT_ONCE, "write it as `async def`"),
    ],
    "03.4": [
        (scanning('map(lambda amount: "ok" if amount <= 100 else "refused")'), "not enough left for 20"),
        (scanning("scan(lambda: 100, lambda left, a: (left - a, 'ok' if a <= left else 'refused'))"), "is not taken"),
        (scanning("scan(lambda: 100, lambda left, a: (left - a, 'ok') if a < left else (left, 'refused'))"), "all 10"),
        (scanning("scan(lambda: 100, lambda left, a: (left - a, left - a))"), "The answers are the texts"),
        (scanning("filter(lambda amount: amount < 50).map(lambda _: 'ok')"), "one answer to each"),
    ],
}


def shows(cells):
    assert "the flow gives '3'" in shown(cells["ends"])
    assert "SimulationFailure" in str(cells["promise"].outputs)
    assert any("image/svg+xml" in output.get("data", {}) for output in cells["promise"].outputs)
    assert "The failure depends on 1 of 2 decisions." in shown(cells["explain"])
    assert shown(cells["proved"]) == "`read_your_writes` passes under 1 schedule, all there are\n"
    assert shown(cells["at-once"]).endswith("in which was read: ['0', '1']\n")
    assert shown(cells["talk"]) == "['0', 'ok', '1', 'ok', 'ok', '3']"
    assert shown(cells["connect"]) == "3\n"
