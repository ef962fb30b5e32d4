"""A real kernel goes on answering while its processes print as fast as they can."""

from __future__ import annotations

import pytest
from real_kernel import Kernel

FLOOD = """
from hydro_nb import FlowBuilder
from hydro_nb.deploy.io import hydro_io
import asyncio, threading
flow = FlowBuilder()
for _ in range(2):
    flow.process().source_stream(lambda: iter(range(10**9))).for_each(print)
deployment = flow.deploy()
pings = 0
async def ping():
    global pings
    while True:
        await asyncio.sleep(0.001)
        pings += 1
task = asyncio.get_running_loop().create_task(ping())
def until(condition):
    met = threading.Event()
    look = hydro_io().every(0.01, lambda: condition() and met.set())
    assert met.wait(60)
    look.cancel()
"""


@pytest.fixture
def kernel(own_folders):
    started = Kernel()
    yield started
    started.close()


def test_the_kernel_answers_in_a_flood_of_lines_whose_files_are_whole(kernel):
    kernel.run(FLOOD, "deploy")
    kernel.run("until(lambda: deployment.logs_since(0)[0] > 100_000)", "flood")
    before = int(kernel.value("deployment.logs_since(0)[0]"))
    for number in range(20):
        ran = kernel.run(f"await asyncio.sleep(0.002)\n{number} * 2", f"cell {number}")
        assert ran.result == str(number * 2)
    assert int(kernel.value("pings")) >= 20
    kernel.run(f"until(lambda: deployment.logs_since(0)[0] > {before} + 100_000)", "more")
    tail = kernel.value("len(deployment.logs()), len({line.name for line in deployment.logs()})")
    assert tail.startswith("(10000, ")
    kernel.run("deployment.stop()", "stop")
    kernel.run(
        """
        total = 0
        for name in ("process 0", "process 1"):
            lines = (deployment.log_folder / f"{name}.log").read_text().split("\\n")
            # its end may have cut the last line
            assert lines[:-1] == [str(n) for n in range(len(lines) - 1)]
            total += len(lines) - 1
        """,
        "files",
    )
    whole, counted = int(kernel.value("total")), int(kernel.value("deployment.logs_since(0)[0]"))
    assert 200_000 < whole <= counted <= whole + 2
