"""What is kept of a deployment that lives, and what is found of it when its kernel is dead."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import pytest
from handmade import flow, pipeline, place

from hydro_nb.deploy import birth, deploy
from hydro_nb.deploy.birth import Mark, Where, born
from hydro_nb.deploy.io import Timer
from hydro_nb.deploy.records import PREFIX, Record, Recorder, found
from hydro_nb.errors import DeployError, HydroError
from hydro_nb.telemetry.files import state_folder
from hydro_nb.telemetry.state import DeploymentState, ProcessRow


@pytest.fixture
def stranger():
    """A process that has nothing to do with any deployment."""
    process = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def keep(name: str, kernel: Mark, *processes: Mark, helpers=(), where=None) -> None:
    record = Record("left", time.time(), where or Where.here(), kernel, processes, tuple(helpers))
    write(state_folder() / f"{PREFIX}1-{name}.json", msgspec.json.encode(record))


def write(path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(body)
    path.chmod(0o600)


DEAD = Mark(2**22 - 1, "long ago")


class Due(list):
    """What is to be done later; a test says when."""

    def __call__(self, _seconds, work) -> Timer:
        self.append(Timer(work))
        return self[-1]

    def come(self) -> None:
        self.pop(0).callback()


def running(pids) -> DeploymentState:
    """Give a deployment of processes with these names and numbers."""
    rows = {n: ProcessRow(n, name, name, "running", pid) for n, (name, pid) in enumerate(pids.items())}
    return DeploymentState("flow", "running", started=1.0, processes=rows)


def recorded() -> list[str]:
    return [mark.name for each in found() for mark in each.record.processes]


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
        deployment.settle(60)
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
    write(state_folder() / f"{PREFIX}1-1.json", text)
    assert found() == []


def test_without_a_place_to_write_it_runs_all_the_same(monkeypatch):
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", os.devnull)
    with deploy(pipeline(3), echo=False) as deployment:
        deployment.settle(60)
        (problem,) = deployment.problems
        assert (problem.process, problem.fatal) == ("the kernel", False)
        assert problem.error.startswith("NotADirectoryError: ")
        assert deployment.log_folder is None
        assert found() == []


KILLED = """
import os, signal, sys
sys.path[:0] = {path!r}
from handmade import pipeline
from hydro_nb.deploy import birth, deploy
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


# ------------------------------------------------------------ what others may have put there


def test_a_folder_that_others_may_write_to_is_not_believed(stranger):
    keep("aaaaaa", DEAD, Mark.of(stranger.pid, "A"))
    state_folder().chmod(0o777)
    with pytest.raises(DeployError, match=r"cannot be looked up: .*hydro_nb may be written by others; remove it, or"):
        found()
    assert stranger.poll() is None


def test_a_folder_of_another_user_is_not_believed(stranger, monkeypatch):
    keep("aaaaaa", DEAD, Mark.of(stranger.pid, "A"))
    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    with pytest.raises(DeployError, match=f"hydro_nb belongs to user {owner}, not to you; remove it, or let XDG_STATE"):
        found()


def test_a_record_that_others_may_write_to_is_passed_over(stranger):
    keep("aaaaaa", DEAD, Mark.of(stranger.pid, "A"))
    for path in state_folder().iterdir():
        path.chmod(0o622)
    assert found() == []


def test_a_folder_that_is_elsewhere_by_ones_own_link_is_believed(stranger, tmp_path):
    (tmp_path / "large").mkdir(mode=0o700)
    state_folder().parent.mkdir(parents=True)
    state_folder().symlink_to(tmp_path / "large")
    keep("aaaaaa", DEAD, Mark.of(stranger.pid, "A"))
    assert [each.id for each in found()] == ["aaaaaa"]


def test_nothing_is_written_where_others_may_write():
    state_folder().mkdir(parents=True)
    state_folder().chmod(0o777)
    with deploy(pipeline(3), echo=False) as deployment:
        deployment.settle(60)
        (problem,) = deployment.problems
        assert (
            "hydro_nb may be written by others; remove it, or let XDG_STATE_HOME be a folder of yours: "
            in problem.error
        )
        assert deployment.log_folder is None
        assert list(state_folder().iterdir()) == []


@pytest.fixture
def taken_in():
    """A process whose parent has nothing to do with any deployment."""
    command = ["sh", "-c", "sleep 1000 & echo $!; wait"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as parent:
        yield int(parent.stdout.readline())
        os.killpg(parent.pid, signal.SIGKILL)


def test_what_took_in_a_child_is_none_of_its_helpers(taken_in):
    Recorder(None, Due()).note(running({"A": taken_in}))
    (each,) = found()
    assert [mark.pid for mark in each.record.processes] == [taken_in]
    assert each.record.helpers == ()


def test_what_children_are_forked_from_is_one():
    with deploy(pipeline(3), echo=False) as deployment:
        deployment.settle(60)
        (each,) = found()
        lines = [Path(f"/proc/{row.pid}/stat").read_text().rpartition(")")[2] for row in deployment.processes]
        assert {int(line.split()[1]) for line in lines} <= {mark.pid for mark in each.record.helpers}


# ------------------------------------------------------------ how often it is written


@pytest.fixture
def births(monkeypatch):
    """Of which processes it was asked when they were born."""
    asked = []
    monkeypatch.setattr(birth, "born", lambda pid: asked.append(pid) or "then")
    return asked


def test_what_ends_at_once_is_written_together(births):
    due, pids = Due(), {f"W/{n}": 10**8 + n for n in range(60)}
    recorder = Recorder(None, due)
    recorder.note(running(pids))
    assert recorded() == [*pids]
    for name in [*pids][1:]:
        del pids[name]
        recorder.note(running(pids))
    assert len(recorded()) == 60
    assert len(due) == 1
    due.come()
    assert recorded() == ["W/0"]
    # nothing was new the second time, and so nothing is waited for
    due.come()
    assert due == []
    of_them = [pid for pid in births if pid >= 10**8]
    assert len(of_them) == len({*of_them})


def test_one_that_is_started_again_is_marked_anew(births):
    due = Due()
    recorder = Recorder(None, due)
    recorder.note(running({"A": 10**8, "B": 10**8 + 1}))
    recorder.note(running({"A": 10**8 + 2, "B": 10**8 + 1}))
    due.come()
    assert [mark.pid for each in found() for mark in each.record.processes] == [10**8 + 2, 10**8 + 1]
    assert births.count(10**8 + 1) == 1


def test_the_end_is_not_waited_for():
    due = Due()
    recorder = Recorder(None, due)
    recorder.note(running({"A": os.getpid()}))
    assert recorded() == ["A"]
    recorder.note(DeploymentState("flow", "stopped", started=1.0))
    assert list(state_folder().iterdir()) == []
    assert [timer.cancelled for timer in due] == [True]
