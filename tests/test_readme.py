"""What the README says is what runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def commands() -> list[str]:
    return re.findall(r"^```(?:sh|bash)\n(.*?)\n```", README, re.DOTALL | re.MULTILINE)


def test_the_two_commands_come_first():
    start, test = commands()[:2]
    assert "hydro-nb lab" in start
    assert "pytest" in test


def test_ci_runs_the_test_command_as_written():
    assert commands()[1] in (ROOT / ".ci" / "run").read_text()


def test_the_pictures_are_there():
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert README.startswith("![The dashboard")
    assert all((ROOT / picture).stat().st_size > 4_000 for picture in pictures)


PROGRAMS = re.findall(r"^```python\n((?:(?!```).)*)\n```\n+```\n(.*?)\n```", README, re.DOTALL | re.MULTILINE)


TESTS = re.findall(r"^```python\n(# (test_\w+\.py)\n.*?)\n```", README, re.DOTALL | re.MULTILINE)


def test_programs_say_what_they_print():
    assert len(PROGRAMS) == README.count("```python") - len(TESTS) == 4


@pytest.mark.parametrize(("text", "name"), TESTS)
def test_tests_pass(text, name, tmp_path):
    (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", name]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "1 passed" in run.stdout


@pytest.mark.parametrize(("program", "printed"), PROGRAMS)
def test_programs_print_what_is_said(program, printed, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    file = tmp_path / "program.py"
    file.write_text(program)
    run = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == printed
