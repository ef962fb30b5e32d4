"""A reader of the course in real JupyterLab: an exercise answered wrong, then right, and the page that shows it."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from hydro_nb.cli.lab import copy_tutorials, tutorials
from hydro_nb.course.index import FILE, bring_up_to_date

pytestmark = pytest.mark.browser

WRONG = "def coldest(readings):\n    return readings.into_keyed().reduce(min)\n\n"
RIGHT = (
    "from hydro_nb import proof\n\ndef coldest(readings):\n"
    '    return readings.into_keyed().reduce(min, commutative=proof("the lower of two is the same"))\n\n'
)
CALL = 'from hydro_nb.testing import check\n\ncheck("02.2", coldest)'


@pytest.fixture
def course(server, monkeypatch):
    """The course as `hydro-nb lab` lays it out, beside the files of other tests."""
    folder = server.folder / "course"
    copy_tutorials(tutorials(), folder)
    monkeypatch.chdir(folder)
    bring_up_to_date(folder / FILE)
    yield folder
    shutil.rmtree(folder)


def answer(reader, text, says):
    """Write an answer into the cell of the exercise, run it, and see what the check says."""
    cell = reader.number("exercise-02-2")
    reader.rewrite(cell, text + CALL)
    reader.run(cell)
    expect(reader.cell(cell).get_by_role("status")).to_contain_text(says)


@pytest.mark.timeout(200)
def test_what_a_reader_has_passed_is_on_the_page_of_the_course(course, open_notebook, pictures):
    reader = open_notebook(f"course/{FILE}", width=1100, height=900)
    reader.fold_side_bar()
    reader.cell(reader.number("progress")).get_by_role("link", name="02 Live collections").click()
    expect(reader.cell(0).locator("h1")).to_contain_text("Live collections")
    reader.wait_for_kernel()
    expect(reader.cell(reader.number("title")).locator("img")).to_have_js_property("complete", value=True)
    answer(reader, WRONG, "✗ 02.2 not yet:")
    answer(reader, RIGHT, "✓ 02.2 passed:")
    solution = reader.cell(reader.number("solution-02-2"))
    expect(solution.locator("pre")).to_be_hidden()
    solution.locator("summary").click()
    expect(solution.locator("pre")).to_be_visible()
    reader.page.screenshot(path=pictures / "course_exercise.png")
    reader.shut_down()

    reader.page.get_by_role("tab", name=FILE).click()
    reader.run(reader.number("progress"))
    shown = reader.cell(reader.number("progress")).locator(".jp-OutputArea")
    expect(shown.get_by_role("img", name="02.2 passed: The coldest of each city")).to_have_text("✓")
    expect(shown).to_contain_text("1 of ")
    reader.page.screenshot(path=pictures / "course_page.png")
