"""Writing a chain of operators for numpy: each works on the whole column."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from hydro_nb.compile.numeric import functions, trees
from hydro_nb.compile.numeric.dialects import Batch, Scalar
from hydro_nb.compile.numeric.meaning import Meaning
from hydro_nb.compile.numeric.trees import Number
from hydro_nb.ir.emit import ABSENT
from hydro_nb.ir.ops.element import Filter
from hydro_nb.ir.ops.extreme import Max, Min
from hydro_nb.ir.ops.fold import Count, Fold, Proved, Reduce
from hydro_nb.ir.trial import tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hydro_nb.compile.emit import NodeEmit
    from hydro_nb.compile.numeric.chains import Step
    from hydro_nb.compile.unit import UnitWriter

PYTHON = {"bool": "bool", "int64": "int", "float64": "float"}
_REDUCING: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Mult: "multiply",
    ast.Sub: "subtract",
    ast.BitAnd: "bitwise_and",
    ast.BitOr: "bitwise_or",
    ast.BitXor: "bitwise_xor",
}
_EITHER_WAY = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)


def write(unit: UnitWriter, chain: Sequence[Step], column: str) -> str:
    """Write what a chain does with a column; give the variable of the column that comes out, if one does."""
    if not any(step.meaning for step in chain):
        return _all(unit, chain, column)
    with unit.emit(chain[0].part).block('with np.errstate(all="ignore"):'):
        return _all(unit, chain, column)


def _all(unit: UnitWriter, chain: Sequence[Step], column: str) -> str:
    for step in chain:
        emit = unit.emit(step.part)
        if step.ends:
            _gather(emit, step, column)
        elif step.meaning:
            column = _element(emit, step, step.meaning, column)
            trees.count(emit, unit.counted, column)
        if emit.is_tapped() and not step.ends and step is not chain[-1]:
            emit.write(f'tapped("{emit.node.slot}", 0, {column}.tolist())')
    return column


def _element(emit: NodeEmit, step: Step, meaning: Meaning, column: str) -> str:
    dialect = Batch(emit.local)
    result = meaning.write(dialect, Number(trees.name(column), step.given))
    for line in trees.lines(dialect.statements):
        emit.write(line)
    wanted = emit.hint()
    if isinstance(step.part.node.op, Filter):
        return _kept(emit, column, dialect.truth(result), wanted)
    made = trees.variable(emit, _column(dialect.cast(result.there(), step.kind), column), wanted)
    if result.missing:
        return trees.variable(emit, f"{made}[:0]", wanted)
    return made if result.present is None else _kept(emit, made, result.present, wanted)


def _kept(emit: NodeEmit, column: str, mask: Number, wanted: str) -> str:
    if mask.value is not None:
        return column if mask.value else trees.variable(emit, f"{column}[:0]", wanted)
    return trees.variable(emit, f"{column}[{trees.text(mask.node)}]", wanted)


def _column(number: Number, like: str) -> str:
    """Write a number as a column, also where it is the same for every element."""
    text = trees.text(number.node)
    return text if number.value is None else f"np.full(len({like}), {text})"


def _gather(emit: NodeEmit, step: Step, column: str) -> None:
    match step.part.node.op:
        case Count():
            emit.write(f"{emit.state('', '0')} += len({column})")
        case Min() | Max() as op:
            _keep(emit, "least" if isinstance(op, Min) else "greatest", column)
        case Fold() as op:
            kept = trees.accumulator(emit, op, step.kind)
            _fold(emit, step, op, kept, column)
        case Reduce() as op:
            kept, rest = _first(emit, column)
            with emit.block(f"if len({rest}):"):
                _fold(emit, step, op, kept, rest)
        case _:
            raise AssertionError(step)


def _keep(emit: NodeEmit, better: str, column: str) -> None:
    """Keep the smallest or the largest number, beginning with the first there is."""
    kept = emit.state("", ABSENT)
    with emit.block(f"if len({column}):"):
        emit.write(f"{kept} = {better}({column}[0].item() if {kept} is {ABSENT} else {kept}, {column})")


def _first(emit: NodeEmit, column: str) -> tuple[str, str]:
    """Keep the first number where nothing is kept yet; give what is kept, and the column of the others."""
    kept, rest = emit.state("", ABSENT), trees.variable(emit, column, "rest")
    with emit.block(f"if {kept} is {ABSENT} and len({rest}):"):
        emit.write(f"{kept}, {rest} = {rest}[0].item(), {rest}[1:]")
    return kept, rest


def _fold(emit: NodeEmit, step: Step, op: Proved, kept: str, column: str) -> None:
    meaning = step.meaning
    assert meaning  # noqa: S101 - a fold has a function
    told = op.trial is not None and emit.seams
    if not told and _at_once(emit, step, meaning, kept, column):
        return
    one = emit.local("one")
    emit.write(f"{kept} = np.{trees.dtype(step.kind)}({kept})")
    with emit.block(f"for {one} in {column}:"):
        tell(emit, op.trial, f"{kept}.item()", f"{one}.item()")
        dialect = Scalar(emit.local)
        result = meaning.write(dialect, Number(trees.name(kept), step.kind), Number(trees.name(one), step.given))
        for line in trees.lines(dialect.statements):
            emit.write(line)
        emit.write(f"{kept} = {trees.text(dialect.cast(result, step.kind).node)}")
    emit.write(f"{kept} = {PYTHON[step.kind]}({kept})")


def _at_once(emit: NodeEmit, step: Step, meaning: Meaning, kept: str, column: str) -> bool:
    """Write a fold as one call of numpy's, where it is one operation on the accumulator and each number."""
    accumulator, element = meaning.parameters
    found = "" if meaning.statements else _operation(meaning, accumulator)
    others = [each for each in _operands(meaning.result) if not _is(each, accumulator)]
    if not found or len(others) != 1 or any(_is(node, accumulator) for node in ast.walk(others[0])):
        return False
    dialect = Batch(emit.local)
    part = replace(meaning, parameters=(element,), result=others[0])
    number = dialect.cast(part.write(dialect, Number(trees.name(column), step.given)), step.kind)
    for line in trees.lines(dialect.statements):
        emit.write(line)
    emit.write(f"{kept} = {found}{kept}, {_column(number, column)})")
    return True


def _operation(meaning: Meaning, accumulator: str) -> str:
    """Give the beginning of numpy's call for an operation on the accumulator and something else; empty for others."""
    operands = _operands(meaning.result)
    if len(operands) != 2 or not any(_is(each, accumulator) for each in operands):
        return ""
    op, first = _operator(meaning), _is(operands[0], accumulator)
    if op in _REDUCING and (first or op in _EITHER_WAY):
        return f"gathered(np.{_REDUCING[op]}, "
    called = meaning.result.func if isinstance(meaning.result, ast.Call) else None
    name = called.id if isinstance(called, ast.Name) and called.id not in meaning.outside else ""
    return {"min": "least(", "max": "greatest("}.get(name, "") if first else ""


def _operator(meaning: Meaning) -> type[ast.operator] | None:
    match meaning.result:
        case ast.BinOp(op=op):
            return type(op)
        case ast.Call(func=ast.Name(id=name)):
            return functions.operation(meaning.outside.get(name))
        case _:
            return None


def _operands(result: ast.expr) -> list[ast.expr]:
    match result:
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.Call(args=args, keywords=[]):
            return args
        case _:
            return []


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
