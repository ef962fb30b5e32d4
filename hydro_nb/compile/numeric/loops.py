"""Writing a chain of operators for numba: one loop over the elements, compiled where it runs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from hydro_nb.compile.numeric import trees
from hydro_nb.compile.numeric.dialects import Scalar
from hydro_nb.compile.numeric.trees import Number, constant
from hydro_nb.compile.users import parameter
from hydro_nb.compile.writer import Writer
from hydro_nb.ir.emit import ABSENT
from hydro_nb.ir.ops.element import Filter, FilterMap
from hydro_nb.ir.ops.extreme import Min
from hydro_nb.ir.ops.fold import Count, Fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hydro_nb.compile.numeric.chains import Step
    from hydro_nb.compile.numeric.meaning import Meaning
    from hydro_nb.compile.unit import UnitWriter


def write(unit: UnitWriter, chain: Sequence[Step], column: str) -> str:
    """Write what a chain does with a column; give the variable of the column that comes out, if one does."""
    loop = _Loop(unit, chain, column)
    loop.count()
    if not chain[-1].ends:
        return loop.making()
    if isinstance(chain[-1].part.node.op, Count | Fold):
        loop.gathering()
    else:
        loop.choosing()
    return ""


class _Loop:
    """One compiled function, and its call."""

    def __init__(self, unit: UnitWriter, chain: Sequence[Step], column: str) -> None:
        self.unit, self.chain, self.column = unit, chain, column
        self.last, self.emit = chain[-1], unit.emit(chain[-1].part)
        self.name = unit.names.local(f"{self.emit.name}_loop")
        self.body = Writer(depth=1)
        self._turned = self.emit

    def count(self) -> None:
        """Count what operators give before one drops some: counting in the loop would cost an eighth of its speed."""
        for step in self.chain:
            if step.ends or isinstance(step.part.node.op, Filter | FilterMap):
                return
            trees.count(self.unit.emit(step.part), self.unit.counted, self.column)

    def making(self) -> str:
        """Write a loop that makes a column."""
        names = self.unit.names
        made, size = names.local("made"), names.local("size")
        self._line(f"{made}, {size} = np.empty(len({self.column}), np.{trees.dtype(self.last.kind)}), 0")
        self._over_elements(lambda number: [f"{made}[{size}] = {number}", f"{size} += 1"])
        self._line(f"return {made}[:{size}]")
        self._define("")
        made = trees.variable(self.emit, f"{self.name}({self.column})", self.emit.hint())
        if self.emit.name not in self.unit.counted:
            trees.count(self.emit, self.unit.counted, made)
        return made

    def gathering(self) -> None:
        """Write a loop that adds each number to what was gathered before."""
        op = self.last.part.node.op
        folds = isinstance(op, Fold)
        kept = trees.accumulator(self.emit, op, self.last.kind) if folds else self.emit.state("", "0")
        self._over_elements(lambda number: self._step(number, kept))
        self._line(f"return {kept}")
        self._define(f', "{self.last.kind}"', kept)
        self.emit.write(f"{kept} = {self.name}({self.column}, {kept})")

    def choosing(self) -> None:
        """Write a loop that begins with the first number there is."""
        kept, found, best = self.emit.state("", ABSENT), self.emit.local("found"), self.emit.local("best")
        self._over_elements(lambda number: self._chosen(number, found, best))
        self._line(f"return {found}, {best}")
        self._define(f', "bool", "{self.last.kind}"', found, best)
        known = f"{kept} is not {ABSENT}"
        self.emit.write(f"{found}, {best} = {self.name}({self.column}, {known}, {kept} if {known} else 0)")
        with self.emit.block(f"if {found}:"):
            self.emit.write(f"{kept} = {best}")

    def _chosen(self, number: str, found: str, best: str) -> list[str]:
        following = ["    " + line for text in self._step(number, best) for line in text.split("\n")]
        return [f"if not {found}:", f"    {found}, {best} = True, {number}", "else:", *following]

    def _step(self, number: str, kept: str) -> list[str]:
        """Give the lines that make the next accumulator."""
        op, meaning = self.last.part.node.op, self.last.meaning
        if isinstance(op, Count):
            return [f"{kept} += 1"]
        if not meaning:
            return [f"if {number} {'<' if isinstance(op, Min) else '>'} {kept}:", f"    {kept} = {number}"]
        dialect = Scalar(self.unit.names.local)
        now, one = Number(trees.name(kept), self.last.kind), Number(trees.name(number), self.last.given)
        result = dialect.cast(meaning.write(dialect, now, one), self.last.kind)
        return [*trees.lines(dialect.statements), f"{kept} = {trees.text(result.node)}"]

    # ------------------------------------------------------------ the loop

    def _over_elements(self, end: Callable[[str], Sequence[str]]) -> None:
        """Write the loop: every operator of the chain on one element, then what becomes of the last one's."""
        first = self.unit.emit(self.chain[0].part)
        one = self.unit.names.local(parameter(first.part) or "number")
        with self.body.block(f"for {one} in {self.column}:", first.origin()):
            for step in self.chain:
                self._turned = self.unit.emit(step.part)
                if step.meaning and not step.ends:
                    one = self._element(step, step.meaning, one)
            for line in end(one):
                self._line(line)

    def _element(self, step: Step, meaning: Meaning, one: str) -> str:
        dialect = Scalar(self.unit.names.local)
        result = meaning.write(dialect, Number(trees.name(one), step.given))
        for line in trees.lines(dialect.statements):
            self._line(line)
        if isinstance(step.part.node.op, Filter):
            self._only(dialect.truth(result))
            return one
        if result.missing or result.present:
            self._only(result.present or constant(value=False))
        made = dialect.cast(result.there(), step.kind)
        if isinstance(made.node, ast.Name):
            return made.node.id
        name = self.unit.names.local(self._turned.hint())
        self._line(f"{name} = {trees.text(made.node)}")
        return name

    def _only(self, test: Number) -> None:
        """Go on to the next element where the test fails."""
        if test.value is not True:
            with self.body.block(f"if not ({trees.text(test.node)}):", self._turned.origin()):
                self._line("continue")

    def _line(self, line: str) -> None:
        self.body.write(line, self._turned.origin())

    def _define(self, kinds: str, *state: str) -> None:
        """Put the function together."""
        loops, origin = self.unit.loops, self.emit.origin()
        loops.write("\n")
        loops.write(f'@compiled("{self.chain[0].given}[:]"{kinds})', origin)
        loops.write(f"def {self.name}({', '.join([self.column, *state])}):", origin)
        loops.append(self.body)
