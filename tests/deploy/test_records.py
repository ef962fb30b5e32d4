"""What is kept of a deployment that lives, and what is found of it when its kernel is dead."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
import time

import msgspec
import pytest
from handmade import flow, pipeline, place

from hydro_nb.deploy import deploy
from hydro_nb.deploy.birth import Mark, Where, born
from hydro_nb.deploy.records import PREFIX, Record, found
from hydro_nb.errors import HydroError
from hydro_nb.telemetry.files import state_folder


@pytest.fixture
def stranger():
    """A process that has nothing to do with any deployment."""
    process = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def keep(name: str, kernel: Mark, *processes: Mark, helpers=(), where=None) -> None:
    record = Record("left", time.time(), where or Where.here(), kernel, processes, tuple(helpers))
    state_folder().mkdir(parents=True, exist_ok=True)
    (state_folder() / f"{PREFIX}1-{name}.json").write_bytes(msgspec.json.encode(record))


DEAD = Mark(2**22 - 1, "long ago")


def test_a_process_is_known_by_its_birth_too(stranger):
    mark = Mark.of(stranger.pid)
    assert mark.lives
    assert not Mark(stranger.pid, "another time").lives
    assert not Mark(stranger.pid, "").lives
    assert Mark(stranger.pid, "another time").kill() is False
    assert stranger.poll() is None
    assert mark.kill() is True
    stranger.wait()
    assert not mark.lives
    assert born(stranger.pid) == ""


def test_a_deployment_is_found_while_it_lives():
    with deploy(pipeline(3), echo=False) as deployment:
        deployment.settle(30)
        (each,) = found()
        assert stat.S_IMODE(each.path.stat().st_mode) == 0o600
        assert each.record.kernel.pid == os.getpid()
        assert not each.orphaned
        assert {mark.name: mark.pid for mark in each.living()} == {row.name: row.pid for row in deployment.processes}
    assert found() == []
    assert list(state_folder().glob(f"{PREFIX}*")) == []


def test_one_that_fails_to_start_leaves_no_record():
    fails = "def start():\n    raise RuntimeError('no')\ndef tick(state, inputs, outputs):\n    return False"
    with pytest.raises(HydroError, match="no"):
        deploy(flow(place(0, "A", fails)), echo=False)
    assert found() == []
    assert list(state_folder().glob(f"{PREFIX}*")) == []


def test_what_a_dead_kernel_left_is_ended(stranger):
    keep("aaaaaa", DEAD, Mark.of(stranger.pid, "A"))
    (each,) = found()
    assert (each.id, each.orphaned) == ("aaaaaa", True)
    assert [mark.name for mark in each.kill()] == ["A"]
    stranger.wait()
    assert found() == []


def test_numbers_that_mean_others_now_are_left_alone(stranger):
    keep("aaaaaa", DEAD, Mark(stranger.pid, "another time", "A"), helpers=[Mark(os.getpid(), "another time")])
    assert found() == []
    assert stranger.poll() is None


def test_what_belongs_to_another_machine_is_left_alone(stranger):
    keep("aaaaaa", DEAD, Mark.of(stranger.pid, "A"), where=Where("elsewhere", ""))
    assert found() == []
    assert len(list(state_folder().glob(f"{PREFIX}*"))) == 1


def test_a_machine_of_the_same_name_is_another_one():
    here = Where.here()
    assert here.boot or sys.platform != "linux"
    keep("aaaaaa", DEAD, DEAD, where=Where(here.host, here.namespace, "another start"))
    assert found() == []
    assert len(list(state_folder().glob(f"{PREFIX}*"))) == 1


def test_helpers_of_a_living_kernel_stay(stranger):
    keep("aaaaaa", Mark.of(os.getpid()), DEAD, helpers=[Mark.of(stranger.pid)])
    (each,) = found()
    assert each.kill() == []
    assert stranger.poll() is None


@pytest.mark.parametrize("text", [b"", b"{}", b"no json \xff", b'{"title": 3}', b"[" * 100_000])
def test_a_file_that_is_no_record_is_passed_over(text):
    state_folder().mkdir(parents=True)
    (state_folder() / f"{PREFIX}1-1.json").write_bytes(text)
    assert found() == []


def test_without_a_place_to_write_it_runs_all_the_same(monkeypatch):
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", os.devnull)
    with deploy(pipeline(3), echo=False) as deployment:
        deployment.settle(30)
        (problem,) = deployment.problems
        assert (problem.process, problem.fatal) == ("the kernel", False)
        assert problem.error.startswith("NotADirectoryError: ")
        assert deployment.log_folder is None
        assert found() == []


KILLED = """
import os, signal, sys
sys.path[:0] = {path!r}
from handmade import pipeline
from hydro_nb.deploy import deploy
deployment = deploy(pipeline(3), echo=False)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_record_of_a_killed_kernel_goes_when_it_is_looked_for():
    with tempfile.TemporaryDirectory(prefix="hnb") as sockets:
        own = {**os.environ, "XDG_RUNTIME_DIR": sockets}
        ran = subprocess.run([sys.executable, "-c", KILLED.format(path=sys.path)], check=False, env=own)
    assert ran.returncode == -9
    (path,) = state_folder().glob(f"{PREFIX}*")
    for each in found():
        each.kill()
    assert not path.exists()
