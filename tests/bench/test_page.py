"""The dashboard in Chromium while everything moves: frames a second, memory, and what the page shows at the end."""

from __future__ import annotations

import time

import pytest
from page_rig import Rig, linked, spread

from hydro_nb.notebook.feed import LOG_LINES
from hydro_nb.notebook.layout import draw
from hydro_nb.notebook.meta import graph_trait

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]
SECONDS = 5


@pytest.fixture(scope="module")
def rig(browser):
    return Rig(browser)


@pytest.mark.parametrize("tab", ["streams", "processes"])
@pytest.mark.parametrize("opened", [False, True], ids=["closed", "all open"])
@pytest.mark.parametrize("build", [spread, linked])
def test_five_hundred_operators_in_sixty_four_processes(rig, build, opened, tab):
    graph, members = build(500, 64)
    result = rig.measured(graph, members, opened=opened, tab=tab, seconds=SECONDS)
    assert result["shown"] == result["expected"]


def test_as_many_lines_as_the_kernel_sends(rig):
    """Of more than fit into a message the kernel tells the number alone."""
    graph, members = spread(40, 16)
    result = rig.measured(graph, members, opened=False, tab="logs", seconds=SECONDS, lines=LOG_LINES)
    assert result["shown"] == result["expected"]
    assert result["lines"]


@pytest.mark.parametrize("opened", [False, True], ids=["closed", "all open"])
def test_two_thousand_operators(rig, opened):
    graph, members = spread(2000, 64)
    result = rig.measured(graph, members, opened=opened, tab="streams", seconds=SECONDS)
    assert result["shown"] == result["expected"]


def test_two_thousand_operators_are_laid_out():
    graph, _ = spread(2000, 64)
    began = time.perf_counter()
    graph_trait(graph, live=True)
    closed = time.perf_counter()
    assert draw(graph, live=True)
    print(f"closed in {closed - began:.2f} s, all open, in the background, in {time.perf_counter() - closed:.2f} s")
