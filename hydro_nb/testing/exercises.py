"""Exercises that check themselves: how a teacher writes one, and how it is found by its name."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, TypeVar, cast

import cloudpickle  # pyright: ignore[reportMissingTypeStubs] - it ships none

from hydro_nb.errors import ExerciseError

F = TypeVar("F", bound=Callable[..., None])
FOLDER = "checks"
"""Beside a notebook: the lessons of a teacher, each a file `lesson_NAME.py`."""
_NAME = re.compile(r"(\w+)\.(\d+)")
_known: dict[str, Exercise] = {}


@dataclass(frozen=True)
class Exercise:
    """One exercise: what it is called, what it asks for in a few words, and what looks at an answer."""

    name: str
    title: str
    look: Callable[..., None]

    @property
    def lesson(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]


class WrongAnswer(Exception):  # noqa: N818 - it says what it is
    """An answer is not right yet; the text is a hint."""


class NoAnswer(Exception):  # noqa: N818 - it says what it is
    """There is nothing to look at yet."""


def exercise(name: str, title: str) -> Callable[[F], F]:
    """Make a function the check of an exercise, which `check(name, answer)` then calls with the answer.

    >>> from hydro_nb.testing import check
    >>> @exercise("sums.1", "A sum of squares")
    ... def squares(answer) -> None:
    ...     expect(answer(3) != 6, "That is the sum of the numbers themselves.")
    ...     expect(answer(3) == 14, "For 3 it should be 1 + 4 + 9.")
    >>> check("sums.1", lambda n: sum(i * i for i in range(n + 1))).passed
    True

    A name is that of the lesson, a dot, and a number, such as `"02.3"`; of two with one name the newer one counts. The
    function says what is wrong by `expect` and else returns. It may build flows of its own, run them with `collect`,
    and let the simulator look for a schedule in which the answer is wrong. Written to `checks/lesson_sums.py` beside
    the notebook it is found by `check` itself; where it has been imported, as well.
    """
    if not _NAME.fullmatch(name):
        raise ExerciseError(f'exercise({name!r}): a name is that of a lesson, a dot and a number, such as "02.3"')

    def register(look: F) -> F:
        _known[name] = Exercise(name, title, look)
        return look

    return register


def expect(right: object, hint: str) -> None:
    """End the check of an exercise here with a hint, unless this is right.

    >>> expect(1 + 1 == 2, "One and one make two.")

    A hint says what the answer does and should not, or where to look again; it does not say the answer. What stands
    between backticks is shown as code.
    """
    if not right:
        raise WrongAnswer(hint)


def answered(part: Any) -> Any:
    """Give a part of an answer back, unless it is still the `...` of the exercise: then nothing is checked.

    >>> answered(7)
    7

    `None` is what a function without `return` gives, and the reader is told so.
    """
    if part is ...:
        raise NoAnswer
    expect(part is not None, "The function gives None: is there a `return` missing?")
    return part


def find(name: str) -> Exercise:
    """Give the exercise of this name."""
    lesson = name.partition(".")[0]
    there = of(lesson)
    for each in there:
        if each.name == name:
            return each
    names = ", ".join(each.name for each in there)
    has = f"lesson {lesson} has {names}" if there else f"there is no {FOLDER}/lesson_{lesson}.py here, and none is ours"
    raise ExerciseError(f"there is no exercise {name!r}: {has}")


def of(lesson: str) -> list[Exercise]:
    """Give the exercises of a lesson in their order: the course's, over them those of the teacher."""
    _load(lesson)
    found = [each for each in _known.values() if each.lesson == lesson]
    return sorted(found, key=lambda each: int(each.name.partition(".")[2]))


def _load(lesson: str) -> None:
    if not re.fullmatch(r"\w+", lesson):
        return
    ours = f"hydro_nb.course.lesson_{lesson}"
    if find_spec(ours) is not None:
        import_module(ours)
    path = Path.cwd() / FOLDER / f"lesson_{lesson}.py"
    if path.is_file():
        _run(path)


def _run(path: Path) -> None:
    """Run the file of a teacher, each time anew, so that what is edited counts; its functions travel by value."""
    name = f"hydro_nb_checks_{path.stem}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    sys.modules[name] = module
    cast("Any", cloudpickle).register_pickle_by_value(module)
    spec.loader.exec_module(module)
