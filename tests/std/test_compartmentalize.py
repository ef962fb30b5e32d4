"""Decoupling changes where, not what."""

from hydro_nb import FlowBuilder
from hydro_nb.std.compartmentalize import decouple_process
from hydro_nb.testing import collect


def test_the_rest_runs_elsewhere():
    flow = FlowBuilder()
    first, second = flow.process(), flow.process()
    doubled = decouple_process(first.source_iter([1, 2, 3]), second).map(lambda n: n * 2)
    assert collect(doubled) == [2, 4, 6]
    assert "= n * 2" not in flow.source(first)
    assert "= n * 2" in flow.source(second)
