"""Each lesson runs once in a session, whatever is asked of it afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from needs import NO_CHROMIUM, needed

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
    from lab import browsing, chromium

    needed(chromium(), NO_CHROMIUM)
    with browsing() as running:
        yield running
