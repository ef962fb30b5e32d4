"""What processes do about memory: how seldom they collect garbage, and what a slow consumer makes the others keep."""

import gc
import importlib

from hydro_nb import FlowBuilder
from hydro_nb.bench.footprint import grown
from hydro_nb.runtime.memory import THRESHOLDS
from hydro_nb.testing import collect

BLOCK, BUFFER, MORE = 1000, 8, 50
"""bytes; MB"""


def seldom():
    gc.set_threshold(1234, 5, 6)
    return [0]


def thresholds(source):
    flow = FlowBuilder()
    return collect(
        flow.process().source_iter(source).map(lambda _: (*gc.get_threshold(), gc.get_freeze_count() > 10_000))
    )


def test_the_collector_looks_seldom_and_not_at_what_was_there():
    assert thresholds(lambda: [0]) == [(*THRESHOLDS, True)]


def test_a_flow_may_decide_otherwise():
    assert thresholds(seldom) == [(1234, 5, 6, True)]


def test_so_may_a_module_of_its_own(tmp_path, monkeypatch):
    text = "import gc\ngc.set_threshold(1234, 5, 6)\nmade = []\n\ndef start(n):\n    made.append(n)\n    return made\n"
    (tmp_path / "own_start.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    before = gc.get_threshold()
    module = importlib.import_module("own_start")
    gc.set_threshold(*before)
    assert thresholds(lambda: module.start(0)) == [(1234, 5, 6, True)]


def blocks(count):
    """Three processes in a row, the last of which works longer on each block than the others."""
    flow = FlowBuilder()
    made = flow.process().source_iter(lambda: range(count)).map(lambda n: n.to_bytes(8, "big") * (BLOCK // 8))
    relayed = made.send(flow.process()).map(lambda block: block[1:])
    relayed.send(flow.process()).map(lambda block: len(block) + sum(range(100))).fold(0, lambda acc, n: acc + n)
    return flow


def test_a_slow_consumer_makes_nobody_keep_more_than_the_channels_may_hold():
    assert grown(blocks, 300_000) < BUFFER + MORE
