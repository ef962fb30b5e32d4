"""Decoders fed with what nobody expects, each for a minute, or for as many seconds as HYDRO_NB_FUZZ_SECONDS says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "runtime"))

from fuzzed import TARGETS  # noqa: E402 - it stands beside the tests of the runtime

SECONDS = float(os.environ.get("HYDRO_NB_FUZZ_SECONDS", "60"))
pytestmark = [pytest.mark.bench, pytest.mark.timeout(2 * SECONDS + 300)]


@pytest.mark.parametrize("name", TARGETS)
def test_fuzzing(name, tmp_path):
    command = [sys.executable, HERE / "fuzz_one.py", name, str(SECONDS), tmp_path]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{_found(tmp_path)}\n{run.stdout[-2000:]}\n{run.stderr[-8000:]}"
    count = re.search(r"number_of_executed_units: (\d+)", run.stderr) or re.search(r"mutations (\d+)", run.stdout)
    assert count
    print(f"\n{name:<26} {run.stdout.split()[0]:<10} {int(count[1]):>12,} inputs in {SECONDS:g} s, nothing found")


def _found(folder: Path) -> list[bytes]:
    """Give the inputs that did it."""
    return [each.read_bytes() for each in folder.iterdir() if each.is_file()]
