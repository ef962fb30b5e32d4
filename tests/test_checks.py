"""The package is clean: ruff, its formatter and pyright find nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from background import PYRIGHT

ROOT = Path(__file__).parent.parent
CHECKED = ["hydro_nb", "tests", *map(str, sorted((ROOT / "notebooks").glob("*.py")))]


def run(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing():
    run("ruff", "check", "--output-format", "concise", *CHECKED)


def test_the_formatter_would_change_nothing():
    run("ruff", "format", "--check", *CHECKED)


@pytest.mark.timeout(300)
def test_pyright_strict_finds_nothing(request):
    code, said = request.config.stash[PYRIGHT].result()
    assert code == 0, said
