"""What can run code that came from elsewhere stands in a handful of places, each with its reason."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent / "hydro_nb"
ROOMS = ("wire", "schema", "runtime", "deploy", "telemetry", "notebook", "cli", "std")
MODULES = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "marshal", "shelve", "jsonpickle", "code", "pty"}
CALLS = {"eval", "exec", "compile", "__import__", "recv_pyobj", "send_pyobj", "system", "popen", "execv"}
"""`pyobj` is how ZeroMQ sends pickles."""
ALLOWED = {
    ("runtime/codec/pickled.py", "pickle"): "a channel whose user said why both ends are trusted",
    ("runtime/host.py", "cloudpickle"): "captured values, from the kernel over the child's stdin",
    ("deploy/clients.py", "cloudpickle"): "the same values in the kernel that has made them",
    ("runtime/location.py", "compile"): "the generated program, from the kernel over the child's stdin",
    ("runtime/location.py", "exec"): "the same",
    ("runtime/location.py", "eval"): "an expression of the generated program, again, in the frame where it failed",
    ("runtime/twin.py", "compile"): "the tick of the generated program once more, with counts in it",
    ("runtime/twin.py", "exec"): "the same",
    ("runtime/taps.py", "compile"): "the same with taps in it, from the kernel, the one end of the control socket",
    ("runtime/taps.py", "exec"): "the same",
    ("runtime/numeric_loops.py", "compile"): "a loop of the generated program, for numba",
    ("runtime/numeric_loops.py", "exec"): "the same",
    ("deploy/likeness.py", "pickle"): "captured values are read to be compared; nothing that they name is called",
    ("deploy/likeness.py", "marshal"): "constants are written, never read",
    ("runtime/codec/classes.py", "eval"): "how to read the fields of a class that is loaded, by their names",
    ("runtime/codec/source.py", "compile"): "code of a codec, written from the types of elements alone",
    ("runtime/codec/source.py", "exec"): "the same",
    ("notebook/body.py", "compile"): "the user's own cell",
    ("notebook/body.py", "exec"): "the same",
    ("notebook/cells.py", "compile"): "the user's own cell, to its syntax tree alone",
    ("cli/lab.py", "execv"): "`hydro-nb lab` becomes JupyterLab",
}
MARKUP = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function|srcdoc|setHTMLUnsafe)\b")


def _files():
    yield from ROOT.glob("*.py")
    for room in ROOMS:
        files = sorted((ROOT / room).rglob("*.py"))
        assert files, room
        yield from files


def _found(path):
    """Give the modules that a file imports, and the functions that it calls, of those that can run code."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                yield from MODULES & {each.name.partition(".")[0] for each in names}
            case ast.ImportFrom(module=str(module)):
                yield from MODULES & {module.partition(".")[0]}
            case ast.Call(func=ast.Name(id=name)):
                yield from CALLS & {name}
            case ast.Call(func=ast.Attribute(attr=name, value=value)) if ast.unparse(value) != "re":
                yield from CALLS & {name}
            case _:
                pass


def test_what_can_run_code_from_elsewhere_is_where_it_is_known_to_be():
    found = {(path.relative_to(ROOT).as_posix(), name) for path in _files() for name in _found(path)}
    assert found == set(ALLOWED)


def test_pages_make_elements_and_text_never_markup():
    scripts = [*(ROOT.parent / "js" / "src").rglob("*.js")]
    assert scripts
    found = [f"{path.name}: {match}" for path in scripts for match in MARKUP.findall(path.read_text())]
    assert found == []
