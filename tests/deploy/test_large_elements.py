"""Arrays and blobs of any size between two processes: what arrives is what was sent, and arrays cannot be changed."""

from __future__ import annotations

import numpy as np

from hydro_nb import FlowBuilder


def test_arrays_and_blobs_arrive():
    def items():
        scratch = np.zeros(100_000)
        for number in range(4):
            scratch += number
            yield "small", np.arange(number)
            yield "large", scratch * 1.0
            yield "blob", bytes([number]) * 200_000

    def told(item: tuple[str, object]) -> None:
        kind, value = item
        if isinstance(value, np.ndarray):
            print(kind, value.flags.writeable, value.flags.aligned, value.sum(), flush=True)
        else:
            print(kind, value == bytes([value[0]]) * 200_000, value[0], flush=True)

    flow = FlowBuilder("large elements")
    flow.process().source_iter(items).send(flow.process()).for_each(told)
    with flow.deploy() as deployment:
        deployment.settle(timeout=60)
        lines = [line.text for line in deployment.logs() if line.stream == "stdout"]
    sums = [0.0, 100_000.0, 300_000.0, 600_000.0]
    assert lines == [
        line
        for number in range(4)
        for line in (
            f"small False True {sum(range(number))}",
            f"large False True {sums[number]}",
            f"blob True {number}",
        )
    ]
