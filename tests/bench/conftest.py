"""The benches run when they are asked for: `pytest tests/bench -m bench -s`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hydro_nb.bench.table import HEAD, Row

HERE = Path(__file__).parent
# the browser that looks at notebooks, the kernels that run them, and what is known of lessons
sys.path += [str(HERE.parent / room) for room in ("e2e", "notebook", "notebooks")]
ROWS = pytest.StashKey[list[Row]]()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Collect nothing here unless the marker or a path on the command line names the benches."""
    if "bench" in config.option.markexpr or any(_names_benches(arg, config) for arg in config.args):
        return None
    return True


def _names_benches(arg: str, config: pytest.Config) -> bool:
    return (config.invocation_params.dir / arg.partition("::")[0]).resolve().is_relative_to(HERE)


@pytest.fixture(scope="module")
def browser():
    """One headless Chromium."""
    from lab import browsing

    with browsing() as running:
        yield running


@pytest.fixture
def show(request: pytest.FixtureRequest):
    """Print a row of the table, and keep it for the whole table at the end."""

    def add(row: Row) -> None:
        request.config.stash.setdefault(ROWS, []).append(row)
        print(f"\n{HEAD}\n{row}")

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    rows = config.stash.get(ROWS, [])
    if rows:
        terminalreporter.section("benches: ratios are paired medians, side by side in this run")
        for line in (HEAD, *rows):
            terminalreporter.write_line(str(line))
