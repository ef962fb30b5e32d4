"""A flow that is deployed again where something goes wrong on the way: it is told, and the next attempt succeeds."""

from __future__ import annotations

import pytest
from leading import SECONDS, row, said, shown

from hydro_nb import DeployError, FlowBuilder


class Leader: ...


class Counter: ...


class Audit: ...


class Made:
    """A leader that stays, a counter that changes, and an audit that comes or goes."""

    def __init__(self) -> None:
        self.flow = FlowBuilder()
        self.leader, self.counter = self.flow.process(Leader), self.flow.process(Counter)
        shown(self.leader.source_iter([1]).enumerate(), str)

    def build(self, number, *, audit=False) -> None:
        with self.flow.cell("count"):
            shown(self.counter.source_iter([number]), str)
            if audit:
                shown(self.flow.process(Audit).source_iter([number]), str)


def broken(*_):
    raise RuntimeError("out of order")


@pytest.mark.parametrize("step", ["_board.become", "faults.become", "_hub.become", "returns.exchanged", "say"])
@pytest.mark.parametrize("audit", [False, True])
def test_whatever_fails_on_the_way_is_told_and_the_next_attempt_succeeds(monkeypatch, step, audit):
    made = Made()
    made.build(1, audit=not audit)
    with made.flow.deploy() as deployment:
        deployment.settle(SECONDS)
        made.build(2, audit=audit)
        holder, name = deployment._backend._supervisor, step
        while "." in name:
            part, _, name = name.partition(".")
            holder = getattr(holder, part)
        with monkeypatch.context() as patch:
            patch.setattr(holder, name, broken)
            with pytest.raises(DeployError, match="the flow could not be deployed again: RuntimeError: out of order"):
                deployment.redeploy()
        before = row(deployment.snapshot(), "Leader").pid
        done = deployment.redeploy()
        assert done.kept == ("Leader",)
        deployment.settle(SECONDS)
        assert said(deployment, "Counter")[-1] == "2"
        assert row(deployment.snapshot(), "Leader").pid == before
        assert [each.name for each in deployment.processes] == ["Leader", "Counter", *["Audit"] * audit]
        assert all(each.state == "running" for each in deployment.processes)
