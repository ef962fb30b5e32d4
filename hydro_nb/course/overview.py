"""How far a reader is: a table of lessons and exercises, and forgetting what was passed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from hydro_nb.course.lessons import LESSONS, Lesson
from hydro_nb.testing import progress as kept
from hydro_nb.testing.exercises import Exercise, of

_TITLE = "text-align:left"
_MARKS = {"passed": "✓", "open": "○"}


@dataclass(frozen=True)
class Overview:
    """The lessons, and which of their exercises have been passed."""

    rows: tuple[tuple[Lesson, tuple[Exercise, ...]], ...]
    passed: frozenset[str]

    def __repr__(self) -> str:
        lines = [f"{lesson.number} {lesson.title:<34}{self._marks(asked)}" for lesson, asked in self.rows]
        return "\n".join([*lines, self._summary()])

    def _repr_html_(self) -> str:
        head = "".join(f'<th style="{_TITLE}">{name}</th>' for name in ("lesson", "idea", "exercises"))
        rows = "".join(self._row(lesson, asked) for lesson, asked in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table><p>{escape(self._summary())}</p>"

    def _row(self, lesson: Lesson, asked: Iterable[Exercise]) -> str:
        link = f'<a href="{escape(lesson.file)}">{escape(lesson.number)} {escape(lesson.title)}</a>'
        items = " ".join(self._item(each) for each in asked)
        cells = "".join(f'<td style="{_TITLE}">{cell}</td>' for cell in (link, escape(lesson.idea), items))
        return f"<tr>{cells}</tr>"

    def _item(self, each: Exercise) -> str:
        state = "passed" if each.name in self.passed else "open"
        label = f"{each.name} {state}: {each.title}"
        return f'<span role="img" title="{escape(label)}" aria-label="{escape(label)}">{_MARKS[state]}</span>'

    def _marks(self, asked: Iterable[Exercise]) -> str:
        return " ".join(_MARKS["passed" if each.name in self.passed else "open"] for each in asked)

    def _summary(self) -> str:
        names = {each.name for _, asked in self.rows for each in asked}
        return f"{len(names & self.passed)} of {len(names)} exercises passed"


def progress() -> Overview:
    """Show the lessons of the course and which of their exercises have been passed.

    >>> progress().rows[0][0].title
    'Processes'

    What has been passed is read from `.hydro-nb-progress.jsonl` in the current folder, where `check` wrote it.
    """
    rows = tuple((lesson, tuple(of(lesson.number))) for lesson in LESSONS)
    return Overview(rows, frozenset(kept.passed_in(kept.path())))


@dataclass(frozen=True)
class Reset:
    """What was forgotten, or would be."""

    names: tuple[str, ...]
    done: bool

    def __repr__(self) -> str:
        if not self.names:
            return "nothing to forget: no exercise was passed"
        what = ", ".join(self.names)
        return f"forgotten: {what}" if self.done else f"still there; to forget it put sure=True: {what}"


def reset(lesson: str | int | None = None, *, sure: bool = False) -> Reset:
    """Forget what has been passed in a lesson, or in all, where you are `sure`; else only say what that would be.

    >>> reset("02").done
    False

    Lesson 2 may be written `2` and `"02"`. The notebooks stay as they are.
    """
    number = None if lesson is None else str(lesson)
    number = number.zfill(2) if number and number.isdigit() else number
    passed = kept.passed_in(kept.path())
    names = tuple(sorted(name for name in passed if number is None or name.partition(".")[0] == number))
    if sure:
        kept.forget(number)
    return Reset(names, sure)
