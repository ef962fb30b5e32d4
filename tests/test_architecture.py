"""The house stands as drawn: who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "hydro_nb"
BASE = {"errors", "references", "values", "types", "watched", "wire"}
ALLOWED = {
    "errors": BASE,
    "values": BASE,
    "types": BASE,
    "wire": BASE,
    "schema": {"errors", "values", "types"},
    "references": BASE,
    "watched": BASE,
    "ir": {"errors", "references", "values", "types", "schema"},
    "lang": {"ir", "errors", "references", "values", "types", "schema"},
    "compile": {"ir", "errors", "references", "values", "watched", "wire", "schema"},
    "runtime": {"wire", "errors", "values", "types", "schema"},
    # the ports of a simulated test are handles that users type; the simulator stands behind them
    "sim": {
        "ir",
        "compile",
        "runtime",
        "errors",
        "values",
        "wire",
        "lang.sim_awaits",
        "lang.sim_execution",
        "lang.sim_ports",
        "lang.sim_slips",
    },
    "telemetry": {"wire", "errors", "values"},
    "deploy": {"compile", "runtime", "wire", "telemetry", "environ", "errors", "values"},
    # the text forms of a graph are files of their own: ir.text gathers them
    "notebook": {
        "lang",
        "ir.text",
        "ir.dot",
        "ir.picture",
        "ir.outline",
        "compile",
        "telemetry",
        "deploy",
        "sim",
        "errors",
        "wire",
    },
    "std": {"lang", "errors", "values"},
    "cli": {"lang", "deploy", "notebook", "bench", "errors"},
}
UPWARD = {"lang": {"compile", "deploy", "sim", "notebook"}, "sim": {"notebook"}, "cli": {"course"}}
"""Rooms that may be imported inside a function, or for the type checker alone."""
TYPES_ONLY = {"notebook": {"ir"}}
# what locks sockets is loaded only where they are TCP
PEOPLE = {
    "zmq": {"runtime/zmq_channel.py", "runtime/curve.py", "deploy/io.py", "bench/hand.py"},
    "IPython": {"notebook"},
    "ipykernel": {"notebook"},
}
"""Packages that only these files or rooms may import."""


@dataclass(frozen=True)
class Import:
    """One import of one file."""

    file: str
    line: int
    module: str
    late: bool
    """inside a function, or for the type checker alone"""
    typing: bool

    @property
    def room(self) -> str:
        first, _, rest = self.file.partition("/")
        return first if rest else first.removesuffix(".py")


def imports() -> Iterator[Import]:
    for path in sorted(ROOT.rglob("*.py")):
        if "static" not in path.parts:
            yield from _walk(ast.parse(path.read_text()), path.relative_to(ROOT).as_posix(), late=False, typing=False)


def _walk(tree: ast.AST, file: str, *, late: bool, typing: bool) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} imports relatively"
            names = [node.module] if node.module != "hydro_nb" else [f"hydro_nb.{alias.name}" for alias in node.names]
            yield from (Import(file, node.lineno, str(name), late, typing) for name in names)
        elif isinstance(node, ast.Import):
            yield from (Import(file, node.lineno, alias.name, late, typing) for alias in node.names)
        else:
            checking = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _walk(node, file, late=late or inside or checking, typing=typing or checking)


def _is_allowed(each: Import, target: str) -> bool:
    room = target.partition(".")[0]
    if each.room in ("__init__", "testing", "course", "bench", room):
        return True
    allowed = set(ALLOWED[each.room])
    allowed |= UPWARD.get(each.room, set()) if each.late else set()
    allowed |= TYPES_ONLY.get(each.room, set()) if each.typing else set()
    return room in allowed or target in allowed


def test_arrows_between_rooms():
    ours = [(each, each.module.removeprefix("hydro_nb.")) for each in imports() if each.module.startswith("hydro_nb.")]
    wrong = [f"{each.file}:{each.line} imports {each.module}" for each, to in ours if not _is_allowed(each, to)]
    assert wrong == []


def test_the_package_itself_imports_nothing():
    assert [each for each in imports() if each.file == "__init__.py" and not each.late and "." in each.module] == []


@pytest.mark.parametrize("package", PEOPLE)
def test_packages_that_few_may_import(package):
    users = {each.file for each in imports() if each.module.partition(".")[0] == package}
    assert {file for file in users if not {file, file.partition("/")[0]} & PEOPLE[package]} == set()


def test_a_child_loads_nothing_else():
    code = (
        "import sys, hydro_nb.runtime.bootstrap\n"
        "rooms = {name.split('.')[1] for name in sys.modules if name.startswith('hydro_nb.')}\n"
        "print(*sorted(rooms & {'lang', 'ir', 'compile', 'deploy', 'notebook', 'telemetry', 'sim', 'testing'}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
