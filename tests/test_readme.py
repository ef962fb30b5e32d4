"""What the README says is what runs."""

import re
from pathlib import Path

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


def test_the_picture_is_there():
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert (ROOT / picture).stat().st_size > 10_000
