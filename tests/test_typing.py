"""What pyright says of right and wrong programs."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hydro_nb import KeyedSingleton, KeyedStream, Optional, Process, Singleton, Slice, Stream, Tick

HERE = Path(__file__).parent / "typing"


@pytest.fixture(scope="module")
def reported():
    """(folder, file, line) -> message, for everything that pyright reports."""
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(HERE)]
    environment = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    found = json.loads(run.stdout)
    assert found["summary"]["filesAnalyzed"] == len(list(HERE.rglob("*.py")))
    return {
        (*Path(each["file"]).parts[-2:], each["range"]["start"]["line"] + 1): each["message"]
        for each in found["generalDiagnostics"]
    }


def marked() -> set[tuple[str, str, int]]:
    """The lines that say that they are wrong."""
    return {
        ("wrong", path.name, number)
        for path in (HERE / "wrong").glob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"# wrong\b", line)
    }


def test_right_programs_pass(reported):
    assert {at: message for at, message in reported.items() if at[0] == "right"} == {}


def test_every_wrong_line_is_reported_and_no_other(reported):
    assert {at for at in reported if at[0] == "wrong"} == marked()


CLASSES = (Stream, KeyedStream, Singleton, Optional, KeyedSingleton, Process, Tick, Slice)


def methods(cls: type) -> list[str]:
    return [name for name in dir(cls) if not name.startswith("_") and callable(getattr(cls, name))]


def test_right_programs_run_and_call_every_method(monkeypatch):
    """What the editor lets pass builds a flow, and no method is left untyped in these programs."""
    called = set()

    def noted(method, name):
        def call(self, *given, **named):
            called.add((type(self), name))
            return method(self, *given, **named)

        return functools.wraps(method)(call)

    for cls in CLASSES:
        for name in methods(cls):
            monkeypatch.setattr(cls, name, noted(getattr(cls, name), name))
    for path in sorted((HERE / "right").glob("*.py")):
        exec(compile(path.read_text(), str(path), "exec"), {"__name__": "right"})
    missing = {f"{cls.__name__}.{name}" for cls in CLASSES for name in methods(cls) if (cls, name) not in called}
    assert missing == set()
