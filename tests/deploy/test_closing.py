"""What a sink has not written when the deployment stops: it is given the time for it, and its loss is told."""

import os
import re
import threading

import pytest
from leading import SECONDS, row, until

from hydro_nb import FlowBuilder, ProcessFailed
from hydro_nb.deploy import partings


class Writer: ...


class Stuck: ...


def for_ever(_=None):
    threading.Event().wait()


def gathering(path, before_it_is_written):
    """Give a sink that writes what it got when it is closed, and not before something has happened."""

    def gather():
        got = []
        try:
            while True:
                got.append((yield))
        finally:
            before_it_is_written()
            path.write_text(repr(got))

    return gather


def wait_for(path):
    while not path.exists():
        threading.Event().wait(0.001)


def when(deployment, holds, act):
    """Do something in the I/O thread as soon as this holds, once."""
    once = threading.Lock()
    deployment.subscribe(
        lambda state: holds(state) and once.acquire(blocking=False) and deployment._backend._io.submit(act)
    )


def test_a_sink_closes_long_after_what_holds_nothing_was_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(partings, "STOP_SECONDS", 0.01)
    monkeypatch.setattr(partings, "TERMINATE_SECONDS", 0.01)
    flow, ended, written = FlowBuilder(), tmp_path / "ended", tmp_path / "written"
    flow.process(Writer).source_iter([1, 2]).dest_sink(gathering(written, lambda: wait_for(ended)))
    flow.process(Stuck).source_iter([1]).for_each(for_ever)
    with flow.deploy() as deployment:
        until(deployment, lambda state: state.totals.get("main.dest_sink.0"))
        when(deployment, lambda state: row(state, "Stuck").state == "stopped", ended.touch)
    assert written.read_text() == "[1, 2]"
    assert [each.state for each in deployment.processes] == ["stopped", "stopped"]
    assert deployment.problems == []


def killed(flow, ready, holds):
    """Run a flow, stop it when it is ready, kill it as soon as this holds; give its problem, and how it failed."""
    deployment = flow.deploy()
    ready(deployment)
    when(deployment, holds, deployment._backend._supervisor.partings.end_slow)
    with pytest.raises(ProcessFailed) as caught, deployment:
        pass
    assert row(deployment.snapshot(), "Writer").state == "failed"
    (problem,) = deployment.problems
    return problem, str(caught.value)


def test_a_sink_that_does_not_close_is_told_of(tmp_path):
    flow, written = FlowBuilder(), tmp_path / "written"
    flow.process(Writer).source_iter([1]).dest_sink(gathering(written, for_ever))
    problem, text = killed(
        flow,
        lambda deployment: deployment.settle(SECONDS),
        lambda state: row(state, "Writer").state == "stopping",
    )
    assert not written.exists()
    assert (problem.process, problem.op, problem.fatal) == ("Writer", "dest_sink", True)
    why, operator, line = text.splitlines()
    assert why == (
        "process `Writer` failed: it was killed, as it was closing its sinks 10 seconds after it was told to end: "
        "what `dest_sink` had not written is lost"
    )
    assert operator == "  in operator `dest_sink`"
    assert line.endswith("dest_sink(gathering(written, for_ever))")


def test_all_sinks_of_a_process_that_is_too_busy_to_hear_of_the_end_are_named(tmp_path):
    flow, busy = FlowBuilder(), tmp_path / "busy"
    os.mkfifo(busy)
    numbers = flow.process(Writer).source_iter([1])
    numbers.dest_sink(gathering(tmp_path / "first", lambda: None))
    numbers.dest_sink(gathering(tmp_path / "second", lambda: None))
    numbers.map(lambda _: busy.write_text("now")).for_each(for_ever)
    problem, text = killed(flow, lambda _: busy.read_text(), lambda state: state.state == "stopping")
    assert re.search(
        r"it was killed, as it was busy 10 seconds after it was told to end: "
        r"what `dest_sink` \(test_closing.py, line (\d+)\) and `dest_sink` \(test_closing.py, line (\d+)\) had not",
        text,
    )
    assert problem.fatal
