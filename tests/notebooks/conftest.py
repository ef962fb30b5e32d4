"""Each lesson runs once in a session, whatever is asked of it afterwards."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

# the browser that looks at notebooks
sys.path.append(str(Path(__file__).parents[1] / "e2e"))


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """Run a notebook as it stands, with answers below its exercises, unless that was done before."""
    from lessons.executing import executed

    progress = tmp_path_factory.mktemp("progress")
    return lambda path: executed(path, progress).check()


@pytest.fixture(scope="module")
def browser():
    """One headless Chromium; where there is none the tests that need it are skipped, but not where CI runs them."""
    from lab import chromium, launch
    from playwright.sync_api import sync_playwright

    if chromium() is None:
        reason = "no chromium on PATH; `.ci/run` installs it"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()
