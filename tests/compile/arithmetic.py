"""Works a function of numbers out in four ways: as it is on numpy's scalars, and as it is written for columns."""

import numpy as np
from splicing import SITE, define, function

from hydro_nb.compile.names import Names
from hydro_nb.compile.numeric import trees
from hydro_nb.compile.numeric.dialects import Batch, Scalar
from hydro_nb.compile.numeric.meaning import Meaning
from hydro_nb.compile.numeric.trees import Number
from hydro_nb.ir.func import Func
from hydro_nb.runtime import numeric, numeric_loops

HELPERS = {name: getattr(numeric, name) for name in ("floor_div", "remainder", "shift_left", "shift_right", "whole")}


def meaning(text, parameters=2, **outside):
    return Meaning.of(Func.of(function(text, np=np, **outside), SITE), parameters)


def written(dialect, meant, kinds):
    """Give the lines that work a function out on `a`, `b`, and the expression of the result."""
    given = [Number(trees.name(name), kind) for name, kind in zip("ab", kinds, strict=False)]
    result = meant.write(dialect, *given)
    result = dialect.cast(result.there(), result.kind)
    return trees.lines(dialect.statements), trees.text(result.node), result.kind


def on_scalars(text, columns, **outside):
    """Call the function itself with numpy's scalars."""
    f = function(text, np=np, **outside)
    with np.errstate(all="ignore"):
        return [f(*row) for row in zip(*columns, strict=True)]


def as_loop(text, columns, kinds, **outside):
    """Run what is written for one element on numpy's scalars."""
    run = _defined(Scalar, meaning(text, len(columns), **outside), kinds)
    with np.errstate(all="ignore"):
        return [run(*row) for row in zip(*columns, strict=True)]


def as_columns(text, columns, kinds, **outside):
    """Run what is written for whole columns."""
    run = _defined(Batch, meaning(text, len(columns), **outside), kinds)
    with np.errstate(all="ignore"):
        return np.broadcast_to(run(*columns), columns[0].shape).tolist()


def _defined(dialect, meant, kinds):
    lines, result, _ = written(dialect(Names().local), meant, kinds)
    return _function("def go(a, b=None):", [*lines, f"return {result}"])["go"]


def _function(header, lines):
    body = "\n".join("    " + line for text in lines for line in text.split("\n"))
    return define(f"{header}\n{body}", np=np, **HELPERS)


def compiled(texts, columns, kinds, **outside):
    """Compile all functions in one loop, as one compilation costs as much as hundreds; give the results of each."""
    names, lines, makes = Names(), [], []
    for index, text in enumerate(texts):
        before, result, kind = written(Scalar(names.local), meaning(text, len(columns), **outside), kinds)
        lines += [*before, f"out_{index}[at] = {result}"]
        makes.append(f"out_{index} = np.empty(len(first), np.{trees.dtype(kind)})")
    inner = ["    " + line for text in lines for line in text.split("\n")]
    body = [*makes, "for at in range(len(first)):", "    a = first[at]", "    b = second[at]", *inner]
    outs = ", ".join(f"out_{index}" for index in range(len(texts)))
    go = _function("def go(first, second):", [*body, f"return ({outs},)"])["go"]
    run = numeric_loops.compiled(go, [f"{kind}[:]" for kind in kinds])
    return [column.tolist() for column in run(*columns)]


def shown(values):
    """Give numbers as text, in which what is equal is the same."""
    return [repr(value.item() if hasattr(value, "item") else value) for value in values]
