"""The mistakes that the editor reports raise when the line runs as well, and say where a guarantee was lost.

`guarantees.txt` beside this file is a table of cells and the error of the last one; `HYDRO_NB_UPDATE=1` writes the
errors anew. The programs in `typing/wrong` are run line by line, too.
"""

from __future__ import annotations

import ast
import linecache
import os
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from hydro_nb import HydroError
from hydro_nb.lang.site import name_file

HERE = Path(__file__).parent
TABLE = HERE / "guarantees.txt"
PRELUDE = """from hydro_nb import *
class Leader: ...
class Worker: ...
flow = FlowBuilder()
leader, worker = flow.process(Leader), flow.process(Worker)
"""
CASE = re.compile(r"^=== (.+)\n((?:(?!=== ).*\n)*)", re.MULTILINE)
PART = re.compile(r"^--- (.+)\n((?:(?!--- ).*\n)*)", re.MULTILINE)


@pytest.fixture(autouse=True)
def _own_state_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


# ---------------------------------------------------------------- the table of mistakes


def cases() -> Iterator[tuple[str, dict[str, str], str]]:
    """(title, {cell: code}, the error's name and text) of each mistake."""
    for title, body in CASE.findall(TABLE.read_text()):
        cells = {cell: code.rstrip("\n") + "\n" for cell, code in PART.findall(body)}
        errors = [name for name in cells if not name.startswith("In[")]
        yield title, cells, "".join(f"{name}\n{cells.pop(name)}" for name in errors)


def raised_by(cells: dict[str, str]) -> str:
    """Run cells one after the other, and give the name and text of the error of the last."""
    space: dict[str, object] = {"__name__": "cells"}
    exec(PRELUDE, space)
    *earlier, last = (compiled(cell, code) for cell, code in cells.items())
    for code in earlier:
        exec(code, space)
    with pytest.raises(HydroError) as caught:
        exec(last, space)
    return f"{caught.type.__name__}\n{caught.value}\n"


def compiled(cell: str, code: str):
    filename = f"/cells/{cell}.py"
    linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
    name_file(filename, cell)
    return compile(code, filename, "exec")


def write(title: str, cells: dict[str, str], error: str) -> None:
    """Put the error into the table in place of what stands there."""
    head = f"=== {title}\n" + "".join(f"--- {cell}\n{code}" for cell, code in cells.items())
    before, found, after = TABLE.read_text().partition(head.rstrip("\n"))
    assert found
    rest = after[after.index("\n=== ") :] if "\n=== " in after else ""
    TABLE.write_text(f"{before}{head}--- {error}{rest}")


CASES = list(cases())


@pytest.mark.parametrize(("title", "cells", "error"), CASES, ids=[title for title, *_ in CASES])
def test_a_mistake_raises_at_its_line(title, cells, error):
    found = raised_by(cells)
    if "HYDRO_NB_UPDATE" in os.environ:
        write(title, cells, found)
        return
    assert found == error
    assert re.search(r"In\[\d\], line \d", found)
    assert "hydro_nb/" not in found


# ---------------------------------------------------------------- what the editor reports

ONLY_EDITOR = "# wrong in the editor"
"""marks what nobody knows when the line runs: what a function takes or gives, and what elements are"""
LINELESS = ("DeployError", "AttributeError")
"""errors that name no line: of deploying, and of a method that there is not, which Python shows at the user's line"""
PROGRAMS = sorted((HERE / "typing" / "wrong").glob("*.py"))


def run_wrong(path: Path) -> Iterator[tuple[str, str]]:
    """Run a program statement by statement; give each wrong line and what it raises. Functions are only for the editor.

    The others must run: where a statement has no mark, its error is the test's.
    """
    lines, space = path.read_text().splitlines(), {"__name__": "wrong"}
    for statement in ast.parse(path.read_text()).body:
        code = compile(ast.Module([statement], []), str(path), "exec")
        within = range(statement.lineno, (statement.end_lineno or 0) + 1)
        wrong = [number for number in within if "# wrong" in lines[number - 1]]
        if not wrong or isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            exec(code, space)
        elif ONLY_EDITOR not in lines[wrong[0] - 1]:
            yield f"{path.name}, line {wrong[0]}:", error_of(code, space)


def error_of(code, space: dict[str, object]) -> str:
    try:
        exec(code, space)
    except HydroError as error:
        return f"{type(error).__name__}: {error}"
    except (TypeError, AttributeError) as error:
        *_, above, last = ["", *(frame.name for frame in traceback.extract_tb(error.__traceback__))]
        assert (above, last) in (("error_of", "<module>"), ("<module>", "__getattr__"))
        return f"{type(error).__name__}: {error}"
    return "nothing"


@pytest.mark.parametrize("path", PROGRAMS, ids=[path.stem for path in PROGRAMS])
def test_what_the_editor_reports_raises_at_its_line(path):
    silent = {line: text for line, text in run_wrong(path) if line not in text and not text.startswith(LINELESS)}
    assert silent == {}
