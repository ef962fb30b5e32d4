"""Looks at the answer to an exercise."""

from __future__ import annotations

import inspect
from types import CodeType
from typing import Any

from hydro_nb.environ import variable
from hydro_nb.errors import ExerciseError
from hydro_nb.testing import progress
from hydro_nb.testing.exercises import Exercise, NoAnswer, WrongAnswer, find
from hydro_nb.testing.stopped import told
from hydro_nb.testing.verdict import Verdict

_OWN_FAILURES = "HYDRO_NB_SIM_FAILURES", "off"
"""No failure of the simulator is kept beside the notebook: the test is not the reader's."""
_BODIES = ("...", '"words"; ...')
_EMPTY = compile("\n".join(f"{kind}def f(): {body}" for kind in ("", "async ") for body in _BODIES), "", "exec")


def check(name: str, *answer: Any) -> Verdict:
    """Look at your answer to an exercise, and say whether it is right or what is wrong with it.

    >>> check("01.1", ...)
    … 01.1 open: Where the code of an operator runs
    There is no answer yet: put yours in place of `...`.

    An answer is whatever the exercise asks for: a value, a function, a collection, something that runs. It may be
    tried on other data than yours, and under every schedule of the simulator. What has been passed is written to
    `.hydro-nb-progress.jsonl` in the current folder, that of the notebook; `HYDRO_NB_PROGRESS` names another file,
    `off` keeps nothing. `hydro_nb.testing.exercise` says how to write exercises of your own.

    Raises `ExerciseError` where there is no such exercise, or one that takes another number of answers.
    """
    found = find(name)
    _require_as_many(found, answer)
    if any(_is_open(each) for each in answer):
        return _open(found)
    verdict = _look(found, answer)
    return verdict if verdict.state == "open" else _kept(verdict)


def _require_as_many(found: Exercise, answer: tuple[Any, ...]) -> None:
    signature = inspect.signature(found.look)
    try:
        signature.bind(*answer)
    except TypeError:
        wants = ", ".join(signature.parameters)
        raise ExerciseError(
            f'check("{found.name}") was given {len(answer)} answers, but takes: {wants}; '
            "the cell of the exercise shows how it is called"
        ) from None


def _is_open(answer: object) -> bool:
    code = getattr(answer, "__code__", None)
    return answer is ... or (isinstance(code, CodeType) and (_is_empty(code) or _has_dots(code)))


def _is_empty(code: CodeType) -> bool:
    """Whether the body is nothing but `...`, or a docstring and that."""
    empty = {each.co_code for each in _EMPTY.co_consts if isinstance(each, CodeType)}
    return code.co_code in empty and all(each is None or isinstance(each, str) for each in code.co_consts)


def _has_dots(code: CodeType) -> bool:
    return any(each is ... or (isinstance(each, CodeType) and _has_dots(each)) for each in code.co_consts)


def _open(found: Exercise) -> Verdict:
    return Verdict(found.name, found.title, "open", "There is no answer yet: put yours in place of `...`.")


def _look(found: Exercise, answer: tuple[Any, ...]) -> Verdict:
    try:
        with variable(*_OWN_FAILURES):
            found.look(*answer)
    except NoAnswer:
        return _open(found)
    except WrongAnswer as wrong:
        return Verdict(found.name, found.title, "not yet", str(wrong))
    except Exception as error:  # noqa: BLE001 - whatever an answer does is shown as what it did
        return Verdict(found.name, found.title, "not yet", told(error, inspect.getfile(found.look), answer))
    return Verdict(found.name, found.title, "passed")


def _kept(verdict: Verdict) -> Verdict:
    try:
        progress.record(verdict.name, passed=verdict.passed)
    except OSError as error:
        note = f"It could not be written down in {progress.path()}: {error.strerror}"
        return Verdict(verdict.name, verdict.title, verdict.state, verdict.hint, note)
    return verdict
