"""What a tick did before it failed is counted."""

from __future__ import annotations

import pytest

from hydro_nb import FlowBuilder, ProcessFailed
from hydro_nb.compile.program import compile_flow
from hydro_nb.deploy import deploy


class Leader: ...


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_what_reached_a_sink_before_the_failure_is_counted(backend):
    flow = FlowBuilder("fails")
    flow.process(Leader).source_iter([3, 2, 1, 0, -1]).map(lambda x: 10 // x).for_each(print)
    with deploy(compile_flow(flow.graph), backend=backend, echo=False) as deployment:
        with pytest.raises(ProcessFailed, match="ZeroDivisionError"):
            deployment.settle(60)
        assert [line.text for line in deployment.logs("Leader") if line.stream == "stdout"] == ["3", "5", "10"]
        (sink,) = [node.slot for node in flow.graph.nodes.values() if node.op.name == "for_each"]
        assert deployment.totals[sink] == 3
        assert len(deployment.snapshot().samples[sink]) == 3
