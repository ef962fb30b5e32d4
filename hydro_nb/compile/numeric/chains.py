"""Which operators of a unit work on columns of numbers, of which kinds, and why others do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec

from hydro_nb.compile.numeric.meaning import Meaning
from hydro_nb.compile.numeric.trees import NotArithmeticError, wider
from hydro_nb.compile.split import Part, Unit
from hydro_nb.errors import GraphError
from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Bound, Op, Shape
from hydro_nb.ir.numbers import Column, Numbers
from hydro_nb.ir.ops.element import Filter, FilterMap, Map
from hydro_nb.ir.ops.extreme import Max, Min
from hydro_nb.ir.ops.fold import Count, Fold, Reduce
from hydro_nb.ir.ops.passing import PassOn
from hydro_nb.ir.ops.source import SourceIter

LONGEST = 60
"""Characters of a function that is quoted."""
FEW = 1_000_000
"""Numbers that numpy is done with before numba is loaded."""


@dataclass(frozen=True)
class Step:
    """One operator on a column."""

    part: Part
    source: Part
    """where the numbers come from"""
    given: Column
    meaning: Meaning | None = None
    """its function, if it has one"""
    kind: Column = "int64"
    """of what comes out, or of what it gathers"""
    ends: bool = False
    """whether it gathers the elements into one value"""


@dataclass
class Columns:
    """What of a unit works on columns."""

    unit: Unit
    plain: bool = False
    """whether nothing is to be compiled"""
    steps: dict[str, Step] = field(default_factory=dict[str, Step])
    given: dict[str, tuple[Column, Part]] = field(default_factory=dict[str, tuple[Column, Part]])
    """part -> of which kind the column is that it gives, and its source"""
    reasons: dict[str, str] = field(default_factory=dict[str, str])
    """part -> why it takes elements one by one, although it is given a column"""

    @classmethod
    def of(cls, unit: Unit, *, plain: bool = False) -> Columns:
        """Look at all operators of a unit, in the order of the program."""
        columns = cls(unit, plain)
        for part in unit.parts.values():
            columns._look_at(part)
        return columns

    def engine(self, source: Part) -> tuple[str, str]:
        """Give what works on the numbers of a source, and why if that is not what was to be expected."""
        numbers = numbers_of(source)
        asked = numbers.asked if numbers else None
        if asked == "numba" and not self.plain:
            return "numba", ""
        if asked == "numpy" or self.plain:
            return "numpy", ""
        if not has_numba():
            return "numpy", "as numba is not installed"
        if numbers and numbers.count is not None and numbers.count < FEW:
            return "numpy", f"which is done with {numbers.count} numbers before numba is loaded"
        return "numba", ""

    def has_elements(self, source: Part) -> bool:
        """Whether somebody takes numbers of a source, or what is made of them, one by one."""
        given = [key for key, (_, origin) in self.given.items() if origin is source]
        return any(part.key not in self.steps for key in given for part, _ in self.unit.consumers(key, 0))

    def _look_at(self, part: Part) -> None:
        if numbers := numbers_of(part):
            if numbers.asked != "python":
                self.given[part.key] = numbers.column, part
        elif part.role == "whole" and len(part.inputs) == 1 and part.inputs[0].slot in self.given:
            column, source = self.given[part.inputs[0].slot]
            try:
                step = _step(part, column, source)
            except NotArithmeticError as error:
                self._refuse(part, source, str(error))
                return
            if step is not None:
                self._add(step)

    def _add(self, step: Step) -> None:
        self.steps[step.part.key] = step
        if not step.ends:
            self.given[step.part.key] = step.kind, step.source

    def _refuse(self, part: Part, source: Part, reason: str) -> None:
        numbers = numbers_of(source)
        reason = f"{_shown(part)} {reason}"
        self.reasons[part.key] = reason
        if numbers and numbers.asked:
            raise GraphError(
                f"`{part.node.op.label}` cannot work on numbers with {numbers.asked}, because {reason}.\n"
                f"  `{part.node.op.label}` was called   {part.node.site}\n"
                f'  numeric="{numbers.asked}" was asked for   {source.node.site}\n'
                "  Write it as arithmetic on numbers, or leave numeric= out: then elements are handed over here."
            )


def numbers_of(part: Part) -> Numbers | None:
    """Give what is known of the numbers that a part brings in, if that is what it does."""
    op = part.node.op
    return op.numbers if isinstance(op, SourceIter) and part.role == "whole" else None


def _shown(part: Part) -> str:
    """Give the text of a part's function where that is short."""
    function = getattr(part.node.op, "function", None)
    text = function.text if isinstance(function, Func) else ""
    return (
        f"`{text}`"
        if text and len(text) <= LONGEST and text.isprintable()
        else f"the function of `{part.node.op.label}`"
    )


@cache
def has_numba() -> bool:
    """Whether numba is installed; it is not loaded."""
    return find_spec("numba") is not None


def _step(part: Part, column: Column, source: Part) -> Step | None:
    """Give an operator as one on columns; None if it never is."""
    kind, op = part.kinds[0], part.node.op
    if kind.shape is not Shape.STREAM or kind.bound is not Bound.BOUNDED or part.references:
        return None
    if isinstance(op, PassOn):
        return Step(part, source, column, kind=column) if _passes(part, source) else None
    if type(op) in (Count, Min, Max):
        return Step(part, source, column, kind="int64" if type(op) is Count else column, ends=True)
    if type(op) in (Map, Filter, FilterMap):
        return _element(part, source, column, op)
    return _gathering(part, source, column, op) if type(op) in (Fold, Reduce) else None


def _passes(part: Part, source: Part) -> bool:
    """Whether an operator does nothing, in the simulator either, and stays where the numbers are."""
    kind, made, like = part.kinds[0], part.outputs[0], type(part.node.op)
    stays = (made.shape, made.bound, made.place) == (kind.shape, kind.bound, source.node.place)
    return stays and all(getattr(like, name) is getattr(PassOn, name) for name in ("element", "elements", "after"))


def _element(part: Part, source: Part, column: Column, op: Op) -> Step:
    assert isinstance(op, Map | Filter | FilterMap)  # noqa: S101 - said by the caller
    meaning = Meaning.of(op.function, 1)
    number = meaning.kind(column)
    if not number.is_plain and not isinstance(op, FilterMap):
        raise NotArithmeticError("may give None")
    kind = column if isinstance(op, Filter) else number.kind
    return Step(part, source, column, meaning, kind)


def _gathering(part: Part, source: Part, column: Column, op: Op) -> Step:
    assert isinstance(op, Fold | Reduce)  # noqa: S101 - said by the caller
    if op.function.inplace:
        raise NotArithmeticError("changes what it gathers in")
    meaning = Meaning.of(op.function, 2)
    start = _kind_of(op.init) if isinstance(op, Fold) else column
    for _ in range(3):
        number = meaning.kind(start, column)
        if not number.is_plain:
            raise NotArithmeticError("may give None")
        if (wide := wider(start, number.kind)) == start:
            break
        start = wide
    return Step(part, source, column, meaning, start, ends=True)


def _kind_of(init: object) -> Column:
    kinds: dict[type, Column] = {bool: "bool", int: "int64", float: "float64"}
    if type(init) not in kinds or (isinstance(init, int) and not -(2**63) <= init < 2**63):
        raise NotArithmeticError("starts from what is no number of 64 bits")
    return kinds[type(init)]
