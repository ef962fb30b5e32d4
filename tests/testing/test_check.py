"""Exercises that check themselves: what is said of an answer, what is written down, and where a teacher's are found."""

from __future__ import annotations

import json
import runpy
from concurrent.futures import ThreadPoolExecutor

import pytest

from hydro_nb.course import progress, reset
from hydro_nb.errors import ExerciseError, OrderError
from hydro_nb.testing import Verdict, answered, check, exercise, expect
from hydro_nb.testing.progress import FILE, answers, forget, passed_in, record

TEACHERS = """
from dataclasses import dataclass
from hydro_nb import FlowBuilder
from hydro_nb.testing import collect, exercise, expect

@dataclass
class Reading:
    value: int

def doubled(reading):
    return Reading(reading.value * 2)

@exercise("queues.1", "Twice a reading")
def twice(answer):
    readings = FlowBuilder().process().source_iter([Reading(1)]).map(doubled)
    expect(collect(answer(readings).map(lambda each: each.value)) == [FOUR], "It should be twice as much again.")
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYDRO_NB_PROGRESS", raising=False)
    return tmp_path


@pytest.fixture(autouse=True)
def _sums():
    @exercise("sums.1", "A sum of `squares`")
    def squares(answer):
        expect(answer(3) != 6, "<b>That</b> is the sum of the numbers, see `sum`.")
        expect(answer(3) == 14, "For 3 it should be 1 + 4 + 9.")

    @exercise("sums.2", "A piece")
    def piece(answer, other):
        expect(answered(answer()) == other, "They differ.")

    @exercise("sums.10", "The tenth")
    def tenth(answer):
        raise OrderError("\n".join(map(str, range(30))))


def written(folder, code):
    """Give the function `mine` as a reader's own file has it."""
    (folder / "answer.py").write_text(code)
    return runpy.run_path(str(folder / "answer.py"))["mine"]


def right(n):
    return sum(i * i for i in range(n + 1))


# ---------------------------------------------------------------- what is said


def test_a_right_answer():
    assert repr(check("sums.1", right)) == "✓ sums.1 passed: A sum of `squares`"


def test_a_wrong_answer_gets_its_hint():
    verdict = check("sums.1", lambda n: sum(range(n + 1)))
    assert (verdict.state, verdict.passed) == ("not yet", False)
    assert repr(verdict).splitlines()[1] == "<b>That</b> is the sum of the numbers, see `sum`."


def test_a_page_shows_text_only():
    html = check("sums.1", lambda n: sum(range(n + 1)))._repr_html_()
    assert "&lt;b&gt;That&lt;/b&gt; is the sum of the numbers, see <code>sum</code>." in html
    assert '<span aria-hidden="true">✗</span> sums.1 not yet:' in html
    assert html.startswith('<div role="status"')


def no_words(n): ...


def words(n):
    """Say what it does."""


async def no_words_yet(n): ...


def half(n):
    total = ...
    return [total, n]


def inner(n):
    return lambda: ...


@pytest.mark.parametrize("answer", [..., no_words, no_words_yet, words, half, inner, lambda n: ...])
def test_what_is_left_open_is_neither_right_nor_wrong(answer, folder):
    assert check("sums.1", answer).state == "open"
    assert not (folder / FILE).exists()


def test_a_part_that_is_left_open():
    parts = {"first": ...}
    assert check("sums.2", lambda: parts["first"], 1).state == "open"
    assert check("sums.2", lambda: 0, 1).state == "not yet"
    assert check("sums.2", lambda: 1, 1).state == "passed"


def test_an_answer_that_fails_is_named_with_its_line(folder):
    verdict = check("sums.1", written(folder, "def mine(n):\n    return 1 // (n - 3)\n"))
    error, line, given = verdict.hint.splitlines()[1:]
    assert error == "ZeroDivisionError: integer division or modulo by zero"
    assert line.split(maxsplit=3) == ["answer.py,", "line", "2:", "return 1 // (n - 3)"]
    assert given == "That was with n = 3"


def test_what_is_no_data_or_too_much_is_not_shown(folder):
    @exercise("data.1", "Of what is given")
    def of_given(answer):
        answer(object())

    @exercise("data.2", "Of much")
    def of_much(answer):
        answer(list(range(1000)))

    mine = written(folder, "def mine(n):\n    return n + 1\n")
    for name in ("data.1", "data.2"):
        assert check(name, mine).hint.splitlines()[-1].endswith("return n + 1")


def test_a_call_that_does_not_fit_is_shown():
    assert "TypeError: " in check("sums.1", lambda: 7).hint
    called = check("sums.1", 7).hint.splitlines()
    assert called[1:] == [
        "TypeError: 'int' object is not callable",
        "Give `check` the function itself: its name, without calling it.",
    ]


def test_a_function_that_gives_nothing_back():
    @exercise("data.3", "Many")
    def many(answer):
        expect(sorted(answer(3)) == [1], "One is wanted.")

    assert check("sums.2", [].sort, 1).hint == "The function gives None: is there a `return` missing?"
    assert check("data.3", lambda n: [].sort()).hint.endswith("\nA function gave None: is there a `return` missing?")


def test_a_long_error_of_ours_is_cut():
    lines = check("sums.10", 1).hint.splitlines()
    assert (lines[1], lines[-2], lines[-1]) == ("OrderError: 0", "11", "...")


def test_no_such_exercise():
    with pytest.raises(ExerciseError, match=r"no exercise 'sums.3': lesson sums has sums.1, sums.2, sums.10"):
        check("sums.3", 1)
    with pytest.raises(
        ExerciseError, match=r"'elsewhere.3': there is no checks/lesson_elsewhere.py here, and none is ours"
    ):
        check("elsewhere.3", 1)
    with pytest.raises(ExerciseError, match=r"there is no exercise '\.\./x'"):
        check("../x", 1)
    with pytest.raises(ExerciseError, match=r'check\("sums.2"\) was given 1 answers, but takes: answer, other'):
        check("sums.2", 1)
    with pytest.raises(ExerciseError, match="a name is that of a lesson"):
        exercise("sums", "One")


# ---------------------------------------------------------------- a teacher's own


def test_a_teachers_exercises_stand_beside_the_notebook(folder):
    (folder / "checks").mkdir()
    file = folder / "checks" / "lesson_queues.py"
    file.write_text(TEACHERS.replace("FOUR", "4"))
    assert check("queues.1", lambda readings: readings.map(lambda each: type(each)(each.value * 2))).passed
    file.write_text(TEACHERS.replace("FOUR", "40"))
    assert check("queues.1", lambda readings: readings.map(lambda each: type(each)(each.value * 2))).hint


# ---------------------------------------------------------------- what is written down


def test_what_was_passed_is_kept_beside_the_notebook(folder):
    check("sums.1", lambda n: 0)
    check("sums.1", right)
    check("sums.1", lambda n: 0)
    kept = [json.loads(line) for line in (folder / FILE).read_text().splitlines()]
    assert [(each["exercise"], each["passed"]) for each in kept] == [("sums.1", False), ("sums.1", True)]


def test_torn_lines_are_passed_over(folder):
    record("sums.1", passed=True)
    with (folder / FILE).open("ab") as file:
        file.write(b'{"exercise":"sums.2","pas\n\xff\xfe\n[1]\n')
    record("sums.10", passed=True)
    assert passed_in(folder / FILE) == {"sums.1", "sums.10"}


def test_many_write_at_once(folder):
    names = [f"many.{n}" for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: record(name, passed=True), names))
    assert passed_in(folder / FILE) == set(names)


def test_forgetting(folder):
    record("01.1", passed=True)
    record("sums.1", passed=True)
    assert progress().passed == {"01.1", "sums.1"}
    assert repr(reset("01")) == "still there; to forget it put sure=True: 01.1"
    assert progress().passed == {"01.1", "sums.1"}
    assert repr(reset(1)) == repr(reset("1")) == repr(reset("01"))
    assert repr(reset("02", sure=True)) == "nothing to forget: no exercise was passed"
    assert repr(reset(1, sure=True)) == "forgotten: 01.1"
    assert progress().passed == {"sums.1"}
    assert repr(reset()) == "still there; to forget it put sure=True: sums.1"
    forget()
    assert answers(folder / FILE) == []
    assert [each.name for each in folder.iterdir()] == [FILE]


def test_another_file_and_none(folder, monkeypatch):
    monkeypatch.setenv("HYDRO_NB_PROGRESS", str(folder / "mine"))
    check("sums.1", right)
    assert passed_in(folder / "mine") == {"sums.1"}
    monkeypatch.setenv("HYDRO_NB_PROGRESS", "off")
    check("sums.1", right)
    assert [each.name for each in folder.iterdir()] == ["mine"]


def test_a_folder_that_cannot_be_written(folder, monkeypatch):
    monkeypatch.setenv("HYDRO_NB_PROGRESS", str(folder / "missing" / "file"))
    verdict = check("sums.1", right)
    assert verdict.passed
    assert verdict.note.endswith("missing/file: No such file or directory")


def test_the_table_of_the_course(folder):
    record("01.1", passed=True)
    shown = progress()
    assert repr(shown).splitlines()[0].startswith("01 Processes")
    assert "✓" in repr(shown)
    assert '<a href="01_processes.ipynb">01 Processes</a>' in shown._repr_html_()
    assert 'aria-label="01.1 passed: ' in shown._repr_html_()


def test_a_verdict_is_what_it_shows():
    assert Verdict("a.1", "T", "open") == Verdict("a.1", "T", "open", "", "")
