"""Which exercises have been passed, in a file beside the notebooks.

Each answer is a line of its own, added in one write: several kernels may add at the same time, and a line that a
crash has torn is passed over.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

FILE = ".hydro-nb-progress.jsonl"
ELSEWHERE = "HYDRO_NB_PROGRESS"
"""Names another file; `off` keeps nothing."""


class Answer(msgspec.Struct, frozen=True):
    """One answer that was checked."""

    exercise: str
    passed: bool
    at: datetime


def path() -> Path | None:
    """Give the file, or nothing where nothing is to be kept."""
    elsewhere = os.environ.get(ELSEWHERE)
    if elsewhere == "off":
        return None
    return Path(elsewhere) if elsewhere else Path.cwd() / FILE


def record(exercise: str, *, passed: bool) -> None:
    """Add an answer; once an exercise has been passed nothing more is added."""
    file = path()
    if file is None or exercise in passed_in(file):
        return
    line = msgspec.json.encode(Answer(exercise, passed, datetime.now(UTC).replace(microsecond=0))) + b"\n"
    number = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(number, line)
    finally:
        os.close(number)


def answers(file: Path | None) -> list[Answer]:
    """Give all answers of a file, the oldest first."""
    found: list[Answer] = []
    lines = file.read_bytes().splitlines() if file is not None and file.is_file() else []
    for line in lines:
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            found.append(msgspec.json.decode(line, type=Answer))
    return found


def passed_in(file: Path | None) -> set[str]:
    """Give the names of the exercises that have been passed."""
    return {each.exercise for each in answers(file) if each.passed}


def forget(lesson: str | None = None) -> None:
    """Forget the answers of a lesson, or all."""
    file = path()
    if file is None or not file.is_file():
        return
    kept = [each for each in answers(file) if lesson and each.exercise.partition(".")[0] != lesson]
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    beside.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in kept))
    beside.replace(file)
