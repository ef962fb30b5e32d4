"""One JupyterLab server for the session; one browser per module, since a running Playwright holds the event loop."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from needs import NO_CHROMIUM, needed

# the kernel that the tests of the notebook drive is driven here too
sys.path.append(str(Path(__file__).parent.parent / "notebook"))
# and programs that whole tests of faults run
sys.path.append(str(Path(__file__).parent.parent / "programs"))


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One real JupyterLab; without a browser the tests that need it are skipped, but not where CI runs them."""
    from lab import chromium, serving

    needed(chromium(), NO_CHROMIUM)
    with serving(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(server):
    """One headless Chromium."""
    from lab import PATIENCE, browsing
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE * 1000)
    with browsing() as running:
        yield running


@pytest.fixture
def open_notebook(server, browser, request):
    """Open a notebook of these cells in a page of its own; the page may not complain of anything."""
    from pages import Notebook

    opened = []

    def opening(cells, *, width=1400, height=1100):
        path = cells if isinstance(cells, str) else server.write(f"{request.node.name}.ipynb", cells)
        page = browser.new_page(viewport={"width": width, "height": height})
        opened.append(Notebook(server, page, path))
        return opened[-1]

    yield opening
    for notebook in opened:
        notebook.close()
        assert notebook.complaints == []


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Where screenshots go, to be looked at: `HYDRO_NB_PICTURES`, else a temporary folder."""
    folder = Path(os.environ.get("HYDRO_NB_PICTURES") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def own_folders(tmp_path, monkeypatch):
    """Logs of their own, and a folder for sockets that is given and must be empty at the end."""
    folder = Path(tempfile.mkdtemp(prefix="hnb"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    yield folder
    shutil.rmtree(folder)
