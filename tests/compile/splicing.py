"""Runs a function both ways: called by Python, and as it is rendered."""

import builtins
import itertools
import linecache
import warnings

from hydro_nb.compile.capture import render
from hydro_nb.compile.names import Names
from hydro_nb.errors import Site
from hydro_nb.ir.func import Func

SITE = Site(cell="In[4]", line=2, text="stream.map(parse)")
_numbers = itertools.count()


def define(text, **namespace):
    """Run a text as a notebook runs a cell, and give its namespace."""
    file = f"<cell {next(_numbers)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    with warnings.catch_warnings(action="ignore"):
        code = compile(text, file, "exec", dont_inherit=True)
    namespace |= {"__name__": "__main__", "__builtins__": builtins}
    exec(code, namespace)
    return namespace


def function(text, name="f", **namespace):
    """Give the function `f` that a text defines; a text that is only a lambda is that lambda."""
    text = f"f = {text}" if text.startswith("lambda") else text
    return define(text, **namespace)[name]


def rendered(fn, *args, names=None, **options):
    """Render a function on argument texts."""
    return render(Func.of(fn, SITE), args, names or Names(), **options)


def shown(fn, *args, **options):
    """Give the rendered text alone."""
    result = rendered(fn, *args, **options)
    return "\n".join([*result.before, result.expr])


def compiled(fn, args, values):
    """Make a function without arguments that runs the rendered text on these values."""
    names = Names()
    for name in values:
        names.reserve(name)
    result = rendered(fn, *args, names=names)
    lines = [*result.before, f"return {result.expr}"]
    source = f"def go({', '.join(values)}):\n" + "".join(f"    {line}\n" for line in lines)
    namespace = dict(names.captures)
    exec(compile(source, "<rendered>", "exec"), namespace)
    return result, lambda: namespace["go"](**values)


def outcome(run):
    """Give the value, or the error as text."""
    try:
        with warnings.catch_warnings(action="ignore"):
            value = run()
    except Exception as error:  # noqa: BLE001 - whatever a function raises is its outcome
        return type(error), str(error)
    return type(value), repr(value)
