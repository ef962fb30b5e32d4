"""A twin of a tick that counts: how many elements operators give that are fused into loops, on one tick in 256.

A count in a fused loop costs a tenth of its speed, so nothing is counted there as a rule. The twin is made of the
tick's own source in the process that runs it, and only once a tick is to be looked at; it does the same, and counts
what passes each operator. What it has counted is scaled by how much all ticks have handled meanwhile.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hydro_nb.runtime.taps import Tick
from hydro_nb.wire import LocationProgram, SourceLine

EARLY, EVERY = 64, 256
"""Ticks until one is looked at for the first time, and from then on: one that is takes three times as long."""
SOON = 10
"""How often its counts are told before a tick is looked at for each telling: what ends soon is not worth a twin."""
_COUNTED = "__hydro_counted__"


class Estimates:
    """What operators of a location have given, about, as far as nobody counts it exactly."""

    def __init__(
        self, program: LocationProgram, filename: str, scope: dict[str, Any], exact: Iterable[str] = ()
    ) -> None:
        counting = _Counting(program.lines, exact)
        functions = (each for each in ast.parse(program.source).body if isinstance(each, ast.FunctionDef))
        tick = next(each for each in functions if each.name == "tick")
        counting.write_into(tick)
        self._slots = list(counting.slots)
        self._counted, self._totals = [0] * len(self._slots), [0.0] * len(self._slots)
        self._rates = [0.0] * len(self._slots)
        """what each gave of an element when it was last looked at, as it is taken to have done since"""
        scope[_COUNTED] = self._counted
        self.tick: Tick | None = _compiled(tick, filename, scope) if self._slots else None
        """the twin; none where nothing is fused into a loop"""
        self._looked_at = self._told_at = 0

    def looked(self, handled: int) -> None:
        """Note that the twin has run, and how much it has handled."""
        self._looked_at += handled

    def totals(self, handled: int) -> dict[str, int]:
        """Give what operators have given about, once all ticks together have handled so much."""
        new, self._told_at = max(handled - self._told_at, self._looked_at), handled
        if self._looked_at:
            self._rates = [n / self._looked_at for n in self._counted]
            self._counted[:] = [0] * len(self._counted)
            self._looked_at = 0
        self._totals = [total + rate * new for total, rate in zip(self._totals, self._rates, strict=True)]
        return {slot: round(total) for slot, total in zip(self._slots, self._totals, strict=True)}


def _compiled(tick: ast.FunctionDef, filename: str, scope: dict[str, Any]) -> Tick:
    found: dict[str, Any] = {}
    code = compile(ast.Module([tick], type_ignores=[]), filename, "exec", dont_inherit=True)
    exec(code, scope, found)  # noqa: S102 - it is the generated program
    return found["tick"]


class _Counting:
    """Writes counts into the loops of a tick: where what an operator gives has passed it, innermost."""

    def __init__(self, lines: Sequence[SourceLine | None], exact: Iterable[str]) -> None:
        self._lines = lines
        self._exact = {*exact, ""}
        self._in_loops: set[str] = set()
        self.slots: dict[str, int] = {}
        """slot of an operator -> the number of its count"""

    def write_into(self, tick: ast.FunctionDef) -> None:
        """Write the counts."""
        self._in_loops = {slot for each in _loops(tick) for slot in self._inner(each, heads=False)}
        self._outside(tick.body)

    def _outside(self, statements: list[ast.stmt]) -> None:
        """Write counts into the loops of a block that is in none; a head counts for who is in no loop otherwise."""
        for each in statements:
            inner = dict.fromkeys(self._inner(each))
            if isinstance(each, ast.For):
                head = [slot for slot in self._slots(each) if slot not in self._in_loops]
                each.body = [*self._counts(head, each), *self._block(each.body, inner)]
            else:
                for block in _blocks(each):
                    self._outside(block)

    def _block(self, statements: list[ast.stmt], wanted: Iterable[str]) -> list[ast.stmt]:
        """Give a block in a loop with counts of these operators, each at the last statement that is of it."""
        every = {*wanted}
        last = {slot: each for each in statements for slot in (*self._slots(each), *self._inner(each)) if slot in every}
        written: list[ast.stmt] = []
        for each in statements:
            written += self._statement(each, [slot for slot, found in last.items() if found is each])
        return written

    def _statement(self, each: ast.stmt, slots: list[str]) -> list[ast.stmt]:
        """Give a statement with counts: in its blocks of who has statements there, else where it lets elements pass."""
        inner = dict.fromkeys(self._inner(each))
        here = [slot for slot in slots if slot not in inner]
        if inner:
            for block in _blocks(each):
                block[:] = self._block(block, [slot for slot in slots if slot in inner])
        if isinstance(each, ast.For):
            each.body[:0] = self._counts(here, each)
            return [each]
        if not isinstance(each, ast.If) or each.body[0].lineno == each.lineno:
            return [each, *self._counts(here, each)]
        line = self._line(each)
        own = [slot for slot in here if line is not None and slot == line.slot]
        tested = self._counts([slot for slot in here if slot not in own], each)
        if _leaves(each):
            return [*tested, each, *self._counts(own, each)]
        each.body[:0] = self._counts(own, each)
        return [*tested, each]

    def _inner(self, statement: ast.stmt, *, heads: bool = True) -> Iterator[str]:
        """Name the operators that the blocks of a statement were made of, with the heads of its loops or without."""
        for each in (each for block in _blocks(statement) for each in block if each.lineno != statement.lineno):
            if heads or not isinstance(each, ast.For):
                yield from self._slots(each)
            yield from self._inner(each, heads=heads)

    def _slots(self, statement: ast.stmt) -> list[str]:
        """Name the operators that a statement, or the head of one with blocks, was made of."""
        line = self._line(statement)
        if line is None or isinstance(statement, ast.Continue | ast.Pass | ast.Break):
            return []
        named = dict.fromkeys((line.slot, *(part.line.slot for part in line.parts)))
        return [slot for slot in named if slot not in self._exact]

    def _line(self, statement: ast.stmt) -> SourceLine | None:
        number = statement.lineno
        return self._lines[number - 1] if number <= len(self._lines) else None

    def _counts(self, slots: Iterable[str], beside: ast.stmt) -> list[ast.stmt]:
        """Write `counted[n] += 1` for each."""
        return [self._count(self.slots.setdefault(slot, len(self.slots)), beside) for slot in slots]

    @staticmethod
    def _count(number: int, beside: ast.stmt) -> ast.stmt:
        (made,) = ast.parse(f"{_COUNTED}[{number}] += 1").body
        for node in ast.walk(made):
            ast.copy_location(node, beside)
        return made


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """Give the blocks of a statement, but those of who catches what fails there."""
    return [block for name in ("body", "orelse", "finalbody") if (block := getattr(statement, name, None))]


def _loops(statement: ast.stmt) -> Iterator[ast.For]:
    """Find the outermost loops."""
    for each in (each for block in _blocks(statement) for each in block):
        if isinstance(each, ast.For):
            yield each
        else:
            yield from _loops(each)


def _leaves(statement: ast.If) -> bool:
    """Whether what is true for it goes no further."""
    return isinstance(statement.body[-1], ast.Continue | ast.Break | ast.Return) and not statement.orelse
