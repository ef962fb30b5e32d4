"""`hydro-nb ps` and `hydro-nb kill` as they are typed."""

from __future__ import annotations

import os
import subprocess
import threading
import time

import msgspec
import pytest

from hydro_nb import FlowBuilder, ProcessFailed, Restart, nondet
from hydro_nb.cli import main
from hydro_nb.deploy.birth import Mark, Where
from hydro_nb.deploy.records import PREFIX, Record
from hydro_nb.telemetry.files import state_folder


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def left():
    """A process that a dead kernel left, and one of a living kernel."""
    dead, here = Mark(2**22 - 1, "long ago"), Mark.of(os.getpid())
    made = [subprocess.Popen(["sleep", "1000"], start_new_session=True) for _ in range(2)]
    state_folder().mkdir(mode=0o700)
    for process, kernel, name in zip(made, (dead, here), ("dead11", "here22"), strict=True):
        record = Record(f"flow {name}", time.time(), Where.here(), kernel, (Mark.of(process.pid, "Leader"),))
        path = state_folder() / f"{PREFIX}1-{name}.json"
        path.write_bytes(msgspec.json.encode(record))
        path.chmod(0o600)
    yield made
    for process in made:
        process.kill()
        process.wait()


def test_what_runs_is_listed(left, capsys):
    assert main(["ps"]) == 0
    head, *lines, hint = capsys.readouterr().out.splitlines()
    assert head.split() == ["ID", "SINCE", "KERNEL", "FLOW", "PROCESSES"]
    assert [line.split()[0] for line in lines] == ["dead11", "here22"]
    assert lines[0].endswith(f"4194303 dead    flow dead11       Leader {left[0].pid}")
    assert hint == "`hydro-nb kill` ends those whose kernel is dead"


def test_what_dead_kernels_left_is_ended(left, capsys):
    assert main(["kill"]) == 0
    assert capsys.readouterr().out == f"ended Leader {left[0].pid} of `flow dead11`\n"
    assert left[0].wait() == -9
    assert left[1].poll() is None
    assert main(["kill"]) == 0
    assert capsys.readouterr().out == "no deployment of a dead kernel is left\n"


def test_one_is_ended_by_its_id(left, capsys):
    assert main(["kill", "here22"]) == 0
    assert capsys.readouterr().out == f"ended Leader {left[1].pid} of `flow here22`\n"
    assert left[1].wait() == -9
    assert left[0].poll() is None


def test_none_of_what_is_ended_by_its_id_comes_back(capsys):
    flow = FlowBuilder("mine")
    numbers = flow.process().source_interval(0.01)
    numbers.send(flow.process()).for_each(lambda _: None)
    with flow.deploy(restart=Restart("always", nondet("shown only"))) as deployment:
        ended = threading.Event()
        deployment.subscribe(lambda state: all(each.ended for each in state.processes.values()) and ended.set())
        assert main(["ps"]) == 0
        name = capsys.readouterr().out.splitlines()[-1].split()[0]
        assert main(["kill", name]) == 0
        with pytest.raises(ProcessFailed, match="ended from elsewhere, as by `hydro-nb kill`"):
            deployment.wait(60)
        assert ended.wait(60)
        assert [(each.state, each.restarts) for each in deployment.processes] == [("failed", 0)] * 2
        assert main(["ps"]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == "no deployment is running"


def test_an_id_that_is_none_is_told(left, capsys):
    assert main(["kill", "nobody", "here22"]) == 1
    assert capsys.readouterr().err == "hydro-nb kill: there is no deployment nobody; there are dead11, here22\n"
    assert left[1].poll() is None


def test_nothing_runs(capsys):
    assert (main(["ps"]), main(["kill"]), main(["kill", "x"])) == (0, 0, 1)
    said = capsys.readouterr()
    assert said.out.splitlines() == ["no deployment is running", "no deployment of a dead kernel is left"]
    assert said.err == "hydro-nb kill: there is no deployment x; none is running\n"


def test_what_others_may_have_written_ends_nothing(left, capsys):
    state_folder().chmod(0o777)
    assert (main(["ps"]), main(["kill"]), main(["kill", "dead11"])) == (1, 1, 1)
    said = capsys.readouterr()
    assert said.out == ""
    why = f"what runs cannot be looked up: {state_folder()} may be written by others; remove it, or let XDG_STATE_HOME"
    assert [line.removesuffix(" be a folder of yours") for line in said.err.splitlines()] == [
        f"hydro-nb ps: {why}",
        f"hydro-nb kill: {why}",
        f"hydro-nb kill: {why}",
    ]
    assert left[0].poll() is None


def test_what_it_does_not_know_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["kill", "--all"])
    assert "unrecognized arguments: --all" in capsys.readouterr().err
