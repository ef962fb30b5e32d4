"""What it costs to write a flow down: each call of an operator finds its line in the user's cells."""

from __future__ import annotations

import time

import pytest

from hydro_nb import FlowBuilder

pytestmark = pytest.mark.bench
COUNT = 20_000


def test_a_chain_of_operators():
    stream = FlowBuilder().process().source_iter([1])
    began = time.process_time()
    for _ in range(COUNT):
        stream = stream.map(lambda n: n + 1)
    print(f"\n{(time.process_time() - began) / COUNT * 1e6:.0f} µs for each of {COUNT} operators")
