"""One kernel and one browser per module of tests: they take a second to start."""

import os
import shutil

import pytest
from demo_page import opened
from playwright.sync_api import sync_playwright
from real_kernel import Kernel

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        reason = "no chromium on PATH; `.ci/run` installs it"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def show(browser):
    """Open the demo page on a recording, played to its end; the page may not complain of anything."""
    pages, complaints = [], []

    def opening(recording="wordcount", **options):
        pages.append(opened(browser, recording, complaints, **options))
        return pages[-1]

    yield opening
    for page in pages:
        page.close()
    assert complaints == []


@pytest.fixture(scope="module")
def shared_kernel():
    kernel = Kernel()
    kernel.run("import hydro_nb\nfrom hydro_nb import *", cell="import")
    kernel.run("_kept = set(globals())", silent=True)
    yield kernel
    kernel.close()


@pytest.fixture
def kernel(shared_kernel):
    """The shared kernel without the names and flows of the test before."""
    yield shared_kernel
    shared_kernel.run("%hydro stop --all", silent=True)
    shared_kernel.run(CLEAR, silent=True)


CLEAR = """
for _name in [n for n in globals() if not n.startswith("_") and n not in _kept]:
    del globals()[_name]
"""
