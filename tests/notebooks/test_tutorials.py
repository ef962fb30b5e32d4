"""Every tutorial runs from top to bottom, and reads well."""

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import hydro_nb
from hydro_nb.notebook.options import COMMANDS

FOLDER = Path(__file__).parents[2] / "notebooks"
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
TYPES = ("Bounded", "Unbounded", "TotalOrder", "ExactlyOnce")
GENERATED = ("state", "inputs", "outputs")

each = pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)


def read(path: Path):
    return nbformat.read(path, as_version=4)


def text_of(cell) -> str:
    shown = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join(shown)


# ---------------------------------------------------------------- running


def check_processes(cells) -> None:
    assert text_of(cells["leader"]) == "Process[Leader]"
    assert text_of(cells["send"]).startswith("Stream[int, Process[None], Unbounded, TotalOrder, ExactlyOnce]")
    assert text_of(cells["logs"]).split("\n")[-2] == "[process 1] 40"
    assert "<svg" in cells["splitter"].outputs[0]["data"]["text/html"]
    assert text_of(cells["preview"]).count("\n") > 8
    assert re.search(r"\[Counter\] [\d,]+ words so far", text_of(cells["settle"]))
    assert "are counted right" in text_of(cells["check"])
    assert "def tick(" in text_of(cells["code"])
    assert re.search(r"Counter +killed", text_of(cells["status"]))


SHOWS = {"01_processes": check_processes}
"""What the outputs of a tutorial must hold, beyond that no cell fails."""


@each
@pytest.mark.timeout(600)
def test_it_runs_and_shows_what_it_says(path):
    notebook = read(path)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(FOLDER)}}).execute()
    SHOWS[path.stem]({cell.id: cell for cell in notebook.cells})


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
def test_its_lines_are_clean(path):
    for cell in read(path).cells:
        assert cell.source == cell.source.strip()
        for line in cell.source.split("\n"):
            assert len(line) <= 120
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
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
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
