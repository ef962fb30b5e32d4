"""Every lesson once more: all of it twice in one kernel, and all of it in real JupyterLab, with the seconds that takes.

`HYDRO_NB_PICTURES=FOLDER` keeps pictures of what a reader sees, a page after the other.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from lab import serving
from lessons.reading import FOLDER, read
from pages import Notebook
from real_kernel import Kernel

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
LESSONS = sorted(FOLDER.glob("*.ipynb"))
FLOWS = (
    "{name: (len(flow.graph.nodes), len(flow.graph.stale())) for name, flow in sorted(globals().items())"
    " if type(flow).__name__ == 'FlowBuilder' and not name.startswith('_')}"
)
NEXT_PAGE = """() => {
    const pane = document.querySelector('.jp-NotebookPanel .jp-WindowedPanel-outer'), before = pane.scrollTop;
    const last = jupyterapp.shell.currentWidget.content.widgets.at(-1).node;
    if (last.isConnected && last.getBoundingClientRect().bottom <= pane.getBoundingClientRect().bottom) return false;
    pane.scrollTop += pane.clientHeight - 40;
    return pane.scrollTop > before;
}"""
IN_VIEW = """() => [...document.querySelectorAll('.jp-NotebookPanel .jp-Cell')].some(
    cell => cell.getBoundingClientRect().top < innerHeight && cell.getBoundingClientRect().bottom > 100)"""
FIRST_PAGE = "() => { document.querySelector('.jp-NotebookPanel .jp-WindowedPanel-outer').scrollTop = 0; }"


@pytest.fixture(autouse=True)
def _nothing_is_kept(monkeypatch):
    monkeypatch.setenv("HYDRO_NB_PROGRESS", "off")
    monkeypatch.setenv("HYDRO_NB_SIM_FAILURES", "off")


def fails_on_purpose(cell) -> bool:
    return "raises-exception" in cell.metadata.get("tags", [])


def run_whole(kernel: Kernel, path: Path) -> str:
    """Run all cells with their ids, as JupyterLab does; gives how large the flows are."""
    for cell in read(path).cells:
        if cell.cell_type == "code":
            ran = kernel.attempt(cell.source, cell.id)
            assert ran.status == ("error" if fails_on_purpose(cell) else "ok"), (cell.id, ran.error)
    return kernel.value(FLOWS)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_that_runs_again_makes_the_same_flows(path, monkeypatch):
    monkeypatch.chdir(FOLDER)
    kernel = Kernel()
    try:
        assert run_whole(kernel, path) == run_whole(kernel, path)
    finally:
        kernel.close()


# ---------------------------------------------------------------- JupyterLab


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("lab")) as running:
        shutil.copytree(FOLDER, running.folder, dirs_exist_ok=True)
        yield running


def photograph(notebook: Notebook, name: str) -> None:
    folder = Path(os.environ.get("HYDRO_NB_PICTURES") or notebook.server.folder)
    notebook.page.evaluate(FIRST_PAGE)
    number, more = 0, True
    while more:
        notebook.page.wait_for_function(IN_VIEW)
        notebook.page.screenshot(path=folder / f"{name}_{number:02}.png")
        number, more = number + 1, notebook.page.evaluate(NEXT_PAGE)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_by_run_all_in_jupyterlab(path, server, browser):
    notebook = Notebook(server, browser.new_page(viewport={"width": 1100, "height": 1400}), path.name)
    notebook.fold_side_bar()
    began = time.perf_counter()
    notebook.start_all()
    notebook.finish_all(200)
    print(f"\n{path.stem}: {time.perf_counter() - began:.1f} s by Run All in JupyterLab")
    notebook.check([notebook.number(cell.id) for cell in read(path).cells if fails_on_purpose(cell)])
    photograph(notebook, path.stem)
    notebook.close()
    assert notebook.complaints == []
