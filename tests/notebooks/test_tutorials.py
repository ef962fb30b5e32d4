"""Every tutorial runs from top to bottom, reads well, and its exercises tell right answers from wrong ones."""

import re
from itertools import pairwise

import nbformat
import pytest
from lessons.executing import about
from lessons.reading import FOLDER, exercises, longest, read, shown

import hydro_nb
from hydro_nb.course import LESSONS
from hydro_nb.notebook.options import COMMANDS
from hydro_nb.testing.exercises import of

TUTORIALS = sorted(FOLDER.glob("*.ipynb"))
PROGRAM = """
from hydro_nb import FlowBuilder, q
class Leader: ...
flow = FlowBuilder()
leader = flow.process(Leader)
numbers = leader.source_iter(q([1, 2, 3, 4]))
process2 = flow.process()
on_p2 = numbers.send_bincode(process2)
on_p2.map(q(lambda n: n * 10)).for_each(q(print))
"""
SCREEN = 50
"""Lines that a reader sees at once."""
TYPES = ("Bounded", "Unbounded", "TotalOrder", "ExactlyOnce")
GENERATED = ("state", "inputs", "outputs")

each = pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)


# ---------------------------------------------------------------- running


@each
@pytest.mark.timeout(600)
def test_it_runs_and_tells_right_answers_from_wrong_ones(path, run):
    """Whole, once, as it stands; with answers that a reader may give at each exercise."""
    ran, lesson = run(path), about(path)
    cells = {cell.id: cell for cell in ran.notebook.cells}
    lesson.shows(cells)
    assert [cell.id for cell in cells.values() if cell.cell_type == "code" and longest(cell) > SCREEN] == []
    for asked in exercises(ran.notebook):
        *refused, solved = ran.answers[asked.cell.id]
        assert f"… {asked.name} open: " in shown(asked.cell), shown(asked.cell)
        for (code, hint), cell in zip(lesson.WRONG[asked.name], refused, strict=True):
            assert f"✗ {asked.name} not yet: " in shown(cell), (code, shown(cell))
            assert hint in shown(cell), (code, shown(cell))
        assert f"✓ {asked.name} passed: " in shown(solved), shown(solved)


# ---------------------------------------------------------------- exercises


@each
def test_its_exercises_are_those_that_are_checked(path):
    if path.name == "00_index.ipynb":
        return
    asked = exercises(read(path))
    assert [each.name for each in asked] == [each.name for each in of(path.stem.partition("_")[0])]
    assert 1 <= len(asked) <= 6
    wrong = about(path).WRONG
    assert all(wrong[each.name] for each in asked)
    for each in asked:
        assert each.call.startswith(f'check("{each.name}", ')
        assert each.solution.split("\n")[-1] == each.call
        assert "..." in each.cell.source


def test_the_course_names_every_tutorial():
    assert [each.file for each in LESSONS] == [path.name for path in TUTORIALS if path.name != "00_index.ipynb"]


# ---------------------------------------------------------------- reading


@each
def test_it_is_a_valid_notebook_without_results(path):
    notebook = read(path)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert cell.cell_type == "markdown" or (cell.outputs == [] and cell.execution_count is None)


@each
def test_its_cells_have_names_of_their_own(path):
    names = [cell.id for cell in read(path).cells]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", name) for name in names)


@each
def test_words_introduce_code(path):
    cells = read(path).cells
    assert cells[0].source.startswith("# ")
    kinds = [cell.cell_type for cell in cells]
    assert ("code", "code") not in pairwise(kinds)
    assert kinds[-1] == "markdown"


@each
def test_its_pictures_are_files_with_words_for_who_cannot_see_them(path):
    cells = read(path).cells
    alone = r"(?:^|\n\n)!\[(.*?)\]\((.*?)\)(?:\n\n|$)"
    pictures = [found for cell in cells for found in re.findall(alone, cell.source)]
    assert len(pictures) == sum(cell.source.count("![") for cell in cells)
    assert all((FOLDER / name).is_file() and len(words) > 20 for words, name in pictures)
    assert pictures or path.stem.startswith("00")
    assert not any("attachments" in cell for cell in cells)


@each
def test_its_links_to_files_lead_somewhere(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    links = [link for link in re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", text) if "://" not in link]
    assert all((FOLDER / link).is_file() for link in links)
    assert links or path.stem.startswith("00")


@each
def test_its_lines_are_clean(path):
    for cell in read(path).cells:
        assert cell.source == cell.source.strip()
        for line in cell.source.split("\n"):
            assert len(line) <= 120 or line.startswith("![")
            assert line == line.rstrip()
            assert not re.search(r"\b(TODO|FIXME|XXX)\b", line)


@each
def test_its_headings_step_down_one_by_one(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    levels = [len(mark) for mark in re.findall(r"^(#+) \S", text, re.MULTILINE)]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


@each
def test_its_words_name_only_what_there_is(path):
    cells = read(path).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    solutions = re.findall(r"```python\n(.*?)```", prose, re.DOTALL)
    code = "\n".join([*(cell.source for cell in cells if cell.cell_type == "code"), *solutions])
    assert set(re.findall(r"(?<!%)%hydro (\w+)", prose)) <= set(COMMANDS)
    named = set(re.findall(r"`(\w+)`", prose))
    known = {*re.findall(r"\w+", code), *COMMANDS, *dir(hydro_nb), *TYPES, *GENERATED}
    assert named <= known


def test_processes_begins_with_the_program_of_the_page():
    cells = [cell.source for cell in read(FOLDER / "01_processes.ipynb").cells if cell.cell_type == "code"]
    lines = [line for cell in cells for line in cell.split("\n") if line]
    built = [line for line in lines if line not in ("leader", "numbers", "on_p2", "flow")]
    program = PROGRAM.strip().split("\n")
    assert built[: len(program)] == program
