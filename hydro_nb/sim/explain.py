"""Which decisions of a failing schedule matter: those where another choice makes the failure go away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from hydro_nb.sim.lineage import lineage
from hydro_nb.sim.record import Decision, Moment, Record
from hydro_nb.sim.trace import Lines, short, steps_of

MOST_RUNS = 2000
_ELSE = "something else"
_OTHERS = 4
"""Other choices that are tried at one number of the schedule."""
_NAMED = 6
"""Steps that are named."""
_TAILS = 12
"""Ways to go on after another choice that are tried, besides the old one and the plainest."""


@dataclass(frozen=True, slots=True)
class Again:
    """Runs the failing test again."""

    fails: Callable[[Sequence[int], int | None], bool | None]
    """whether it fails under a schedule, which goes on at random where a seed is given; None where it is discarded"""
    record: Callable[[Sequence[int]], Record]
    """what happens under a schedule"""


@dataclass(slots=True)
class Verdict:
    """What became of a failure where one decision was made differently."""

    step: int
    moment: Moment
    decision: Decision
    instead: str = ""
    """what was decided instead where the test passes; empty where it fails all the same"""
    discarded: bool = False
    """whether an execution with another decision is always discarded"""


def explanation(record: Record, again: Again) -> str:
    """Say in a few sentences what a failure depends on."""
    found = list(verdicts(record, again))
    matter = [each for each in found if each.instead]
    or_not = ", or is discarded" if any(each.discarded for each in found) else ""
    parts = [_summary(record, len(matter), len(found), or_not)]
    parts += [_sentence(each) for each in matter] or list(_spared(record, again))
    if matter and len(matter) < len(found):
        parts.append(f"The rest does not matter{_where(found)}: the test can fail whatever is decided there{or_not}.")
    return Lines("\n".join([*parts, *lineage(record)]))


def _summary(record: Record, matter: int, tried: int, or_not: str) -> str:
    if not tried and record.spared:
        return "There was nothing to decide but whether something goes wrong, and nothing did."
    if not tried:
        return "There was nothing to decide: the test fails under every schedule. It is not a matter of timing."
    complete = tried == decidable(record)
    tried_of = f"{tried} decision{'s' * (tried > 1)}" + ("" if complete else " that were tried")
    if not matter:
        as_well = f"with any one of them made differently it can fail as well{or_not}"
        return f"None of the {tried_of} matters by itself: {as_well}."
    return f"The failure depends on {matter} of {tried_of}."


def _sentence(verdict: Verdict) -> str:
    decision, site = verdict.decision, " ".join(str(verdict.decision.site).split())
    lines = [f"Step {verdict.step}, {short(verdict.moment.title)}: {short(decision.phrase)}"]
    lines += [f"    at {site}"] if decision.site.cell else []
    lines += [f"    With this instead, the test passes: {short(verdict.instead)}"]
    lines += [f"    The program allows it, as: {short(decision.reason)}"] if decision.reason else []
    return "\n".join(lines)


def _spared(record: Record, again: Again) -> Iterator[str]:
    """Say where something might go wrong so that the test passes; or that this is nowhere."""
    if not record.spared:
        return
    steps = {at: number for number, step in enumerate(steps_of(record), 1) for at in step}
    for after, number in record.spared[: MOST_RUNS // _TAILS // _OTHERS]:
        for begin, rest in _changed(record, [number]):
            if _can_fail(begin, rest, again) is False:
                where = f"after step {steps[after]}" if after in steps else "at the start"
                yield f"With this {where}, the test passes: {short(_phrase(again.record(begin), number))}"
                return
    yield "It can fail as well where something goes wrong."


def _where(verdicts: list[Verdict]) -> str:
    """Name the steps of what does not matter, if they are few."""
    steps = [str(step) for step in dict.fromkeys(each.step for each in verdicts if not each.instead)]
    return f" (step {', '.join(steps)})" if len(steps) <= _NAMED else ""


def decidable(record: Record) -> int:
    """Count the decisions that could have been made differently."""
    return sum(decision.ways > 1 for decision in record.decisions)


def verdicts(record: Record, again: Again) -> Iterator[Verdict]:
    """Try every decision that could have been made differently, one after the other."""
    runs = 0
    for number, step in enumerate(steps_of(record), 1):
        for moment in (record.moments[at] for at in step):
            for decision in moment.decisions:
                if decision.ways < 2:
                    continue
                if runs > MOST_RUNS:
                    return
                verdict = Verdict(number, moment, decision)
                runs += _try(record, verdict, again)
                yield verdict


def _try(record: Record, verdict: Verdict, again: Again) -> int:
    """Look for another decision with which the test passes; gives how many runs it took to know."""
    runs = 0
    for begin, rest in _changed(record, verdict.decision.choices):
        runs += 1
        can_fail = _can_fail(begin, rest, again)
        if can_fail is False:
            instead = _phrase(again.record(begin), verdict.decision.choices[0])
            none = instead == _ELSE and verdict.moment.kind == "fault"
            verdict.instead = "it does not happen" if none else instead
            return runs + _TAILS
        verdict.discarded |= can_fail is None
    return runs


def _can_fail(begin: list[int], rest: list[int], again: Again) -> bool | None:
    """Whether the test fails after these choices, however it goes on, as far as is tried; None if all is discarded."""
    tails = ((begin, seed) for seed in range(_TAILS))
    passes = False
    for schedule, seed in chain([([*begin, *rest], None), (begin, None)], tails):
        fails = again.fails(schedule, seed)
        if fails:
            return True
        passes |= fails is False
    return False if passes else None


def _changed(record: Record, choices: Sequence[int]) -> Iterator[tuple[list[int], list[int]]]:
    """Give schedules that differ in one choice: up to it, and what came after it."""
    path = [*record.schedule, *[0] * (len(record.ways) - len(record.schedule))]
    for at in choices:
        others = [choice for choice in range(record.ways[at]) if choice != path[at]]
        for other in others[:_OTHERS]:
            yield [*path[:at], other], path[at + 1 :]


def _phrase(other: Record, number: int) -> str:
    """Say what was decided in the other execution at the same number of the schedule."""
    for moment in other.moments:
        for each in moment.decisions:
            if number in each.choices:
                if moment.kind == "fault":
                    return moment.title
                return f"{moment.title} first" if each.between else each.phrase
    return _ELSE
