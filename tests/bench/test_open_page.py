"""P9 with a real page: what it costs a flow that its dashboard is open in JupyterLab, next to one that nobody sees.

The page takes its own part of the machine; that of the processors' time which the flow itself uses is measured beside.
"""

from __future__ import annotations

import time

import pytest
from lab_rig import Beside, notebook_of

from hydro_nb.bench.table import interleaved, throughput
from hydro_nb.bench.watching import FLOWS, MARKS

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
ROUNDS = 5
PATIENCE = 60.0
USED = (
    "[sum(map(int, open(f'/proc/{row.pid}/stat').read().rpartition(')')[2].split()[11:13]))"
    " for row in deployment.processes]"
)
IMPORT = "from hydro_nb.bench import flows"


def _cell(build, items, *, seen):
    return f"deployment = flows.{build}{items // 2}).deploy()" + ("\ndeployment" if seen else "")


@pytest.mark.parametrize(("case", "build", "items"), FLOWS, ids=[case for case, *_ in FLOWS])
def test_a_dashboard_in_jupyterlab_costs_a_flow_nothing(show, tmp_path, case, build, items):
    cells = [IMPORT, *(_cell(build, items, seen=seen) for seen in (True, False))]
    used = {1: [], 2: []}
    with notebook_of(cells, tmp_path) as notebook:
        notebook.run(0)
        beside = Beside(notebook)
        pairs = interleaved(*(lambda n=n: _run(notebook, beside, n, used[n]) for n in (1, 2)), ROUNDS)
        beside.close()
    hundredths = [*zip(used[1], used[2], strict=True)]
    show(throughput(f"P9 in JupyterLab open / closed, {case}", items // 2, pairs, ">= 0.98", None))
    show(throughput("  by the processors' time that it uses", items // 2 * 100, hundredths, ">= 0.98", None))


def _run(notebook, beside, cell, used):
    """Run a flow to its end; gives the seconds from its first item to its last."""
    notebook.run(cell)
    until = time.monotonic() + PATIENCE
    while "last" not in (words := beside.value(MARKS).split()):
        assert time.monotonic() < until, words
        # asked often, the kernel would take its part of the machine
        notebook.page.wait_for_timeout(200)
    used.append(sum(beside.value(USED)))
    beside.value("deployment.stop()")
    return float(words[words.index("last") + 1]) - float(words[words.index("first") + 1])
