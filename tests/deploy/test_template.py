"""The template process: what it forks is as if it had been started afresh, and nothing outlives it."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from handmade import flow, pipeline, place
from launched import printed

from hydro_nb.deploy import deploy
from hydro_nb.deploy.board import Board
from hydro_nb.deploy.io import hydro_io
from hydro_nb.deploy.local import LocalBackend
from hydro_nb.deploy.plan import peers_of
from hydro_nb.deploy.spawn import Spawn
from hydro_nb.deploy.template import Template
from hydro_nb.deploy.templates import Templates, templates
from hydro_nb.errors import DeployError, ProcessFailed

SAYS = """
def start():
    {imports}
    print({what}, flush=True)
    return State()

def tick(state, inputs, outputs):
    return False
"""


def says(what, imports="import os, sys, random", count=1):
    """A flow of processes that each print something."""
    source = SAYS.format(what=what, imports=imports)
    return flow(*(place(number, f"P{number}", source) for number in range(count)))


def heard(program):
    with deploy(program, echo=False) as deployment:
        deployment.settle(60)
        return [line.text for line in deployment.logs()]


def template():
    """The template that forks now."""
    return hydro_io().call(templates().current)


def parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_children_are_forked_and_have_their_own_title_session_and_process_id():
    with deploy(pipeline(10), echo=False) as deployment:
        pids = [row.pid for row in deployment.processes]
        (one,) = {parent(pid) for pid in pids}
        assert b"hydro_nb:template" in Path(f"/proc/{one}/cmdline").read_bytes()
        assert len({os.getsid(pid) for pid in pids}) == len(pids)
        titles = [Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode() for pid in pids]
        assert titles == ["hydro_nb:A", "hydro_nb:B"]


def test_a_child_sees_the_folder_environment_and_path_of_this_moment(tmp_path, monkeypatch):
    template()
    monkeypatch.setenv("MINE", "1")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "made_just_now.py").write_text("VALUE = 41")
    seen = heard(says("os.environ['MINE'], os.getcwd(), made_just_now.VALUE", "import os, made_just_now"))
    assert seen == [f"1 {tmp_path} 41"]
    monkeypatch.delenv("MINE")
    assert heard(says("'MINE' in os.environ")) == ["False"]


def test_a_module_of_the_user_is_read_anew_by_each_child(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    module = tmp_path / "edited_between_two.py"
    module.write_text("VALUE = 1")
    assert heard(says("edited_between_two.VALUE", "import edited_between_two")) == ["1"]
    module.write_text("VALUE = 22")
    assert heard(says("edited_between_two.VALUE", "import edited_between_two")) == ["22"]


def test_what_python_reads_at_its_start_makes_another_template(monkeypatch):
    before = template().pid
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    assert heard(says("sys.flags.optimize")) == ["1"]
    assert template().pid != before


def test_chance_is_another_in_each_child():
    seen = heard(says("random.random(), numpy.random.random()", "import random, numpy", count=3))
    numbers = [number for line in seen for number in line.split()]
    assert len(set(numbers)) == 6


def test_many_at_once():
    seen = heard(says("'here'", count=70))
    assert seen == ["here"] * 70


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("os._exit(3)", "ended with exit code 3"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "was killed (SIGSEGV)"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "was killed (SIGKILL)"),
    ],
)
def test_how_a_child_ended_is_known(last, said):
    with pytest.raises(DeployError, match=r"could not start") as caught:
        deploy(says(last, "import os, signal"), echo=False)
    assert said in str(caught.value)


def test_what_a_child_started_ends_with_it(tmp_path):
    note = tmp_path / "pid"
    imports = "import subprocess, pathlib"
    what = f"pathlib.Path({str(note)!r}).write_text(str(subprocess.Popen(['sleep', '1000']).pid))"
    heard(says(what, imports))
    with contextlib.suppress(ProcessLookupError):
        end = os.pidfd_open(int(note.read_text()))
        assert select.select([end], [], [], 60)[0]
        os.close(end)


def test_the_death_of_the_template_fails_the_deployment_and_the_next_gets_another():
    with deploy(pipeline(10), echo=False) as deployment:
        deployment.settle(60)
        (old,) = {parent(row.pid) for row in deployment.processes}
        os.kill(old, signal.SIGKILL)
        with pytest.raises(ProcessFailed, match="was killed with process"):
            deployment.wait(60)
    with deploy(pipeline(10), echo=False) as again:
        again.settle(60)
        assert old not in {parent(row.pid) for row in again.processes}


def made(modules):
    """Start a template with these modules; gives which of them it cannot have, and it."""
    ready = threading.Event()
    told = []

    def hear(names):
        told.extend(names)
        ready.set()

    one = hydro_io().call(lambda: Template(hydro_io(), lambda _: None, modules, hear))
    assert ready.wait(60)
    hydro_io().call(one.close)
    return told


def test_a_module_that_starts_threads_is_not_loaded_beforehand(tmp_path, monkeypatch):
    text = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
    (tmp_path / "starts_a_thread.py").write_text(text)
    (tmp_path / "ends_the_process.py").write_text("import os; os._exit(1)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert made(["json", "numpy"]) == []
    assert made(["json", "starts_a_thread"]) == ["starts_a_thread"]
    assert made(["ends_the_process"]) == ["ends_the_process"]
    assert made(["is_not_there"]) == []


class Heard(Templates):
    """Templates that tell when another has taken over."""

    def __init__(self):
        super().__init__(hydro_io())
        self.taken = threading.Event()

    def _take(self, unfit):
        super()._take(unfit)
        self.taken.set()


def test_modules_that_children_loaded_are_there_for_the_next_ones(monkeypatch):
    monkeypatch.setattr("hydro_nb.deploy.templates.QUIET_SECONDS", 0.0)
    mine = Heard()
    assert printed(says("numpy.__name__", "import numpy"), mine) == ["numpy"]
    assert mine.taken.wait(60)
    assert printed(says("'numpy' in sys.modules", "import sys"), mine) == ["True"]
    hydro_io().call(mine.close)


def test_a_module_of_two_parts_is_there_once_and_works(monkeypatch):
    monkeypatch.setattr("hydro_nb.deploy.templates.QUIET_SECONDS", 0.0)
    mine = Heard()
    # what a timeout asks after is the present task, which is kept by the part in C
    asks = says("asyncio.run(asyncio.Timeout(None).__aenter__()).expired()", "import asyncio")
    assert printed(asks, mine) == ["False"]
    assert mine.taken.wait(60)
    assert printed(asks, mine) == ["False"]
    hydro_io().call(mine.close)


def test_where_nothing_can_be_forked_interpreters_are_started():
    assert printed(says("os.getppid()"), Spawn()) == [str(os.getpid())]


FORKS = """
def start():
    import os, time
    if os.fork() == 0:
        time.sleep(1000)
    return State()

def tick(state, inputs, outputs):
    return False
"""


def test_a_template_that_ends_is_noticed_though_something_holds_its_socket():
    with deploy(flow(place(0, "P", FORKS)), echo=False) as deployment:
        (pid,) = (row.pid for row in deployment.processes)
        grandchildren = list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
        ends = [os.pidfd_open(each) for each in grandchildren]
        os.kill(parent(pid), signal.SIGKILL)
        with pytest.raises(ProcessFailed, match="was killed with process"):
            deployment.wait(60)
    assert len(ends) == 1
    for end in ends:
        assert select.select([end], [], [], 60)[0]
        os.close(end)


def test_more_residents_than_there_is_room_for_in_a_message_share_a_process():
    program = says("'here'", count=130)
    with deploy(program, colocate=[[f"P{n}" for n in range(130)]], echo=False) as deployment:
        deployment.settle(60)
        assert [line.text for line in deployment.logs()] == ["here"] * 130
        assert len({row.pid for row in deployment.processes}) == 1


def test_a_template_that_does_nothing_holds_up_neither_the_deployment_nor_its_end():
    mine = Heard()
    first = hydro_io().call(mine.current)
    os.kill(first.pid, signal.SIGSTOP)
    board = Board("late", peers_of(pipeline(1), {}), echo=False, folder=None)
    backend = LocalBackend(pipeline(1), board, clusters={}, max_buffer=1 << 20, launcher=mine)
    with pytest.raises(DeployError, match="not every process was running within"):
        backend.start(0.1)
    os.kill(first.pid, signal.SIGCONT)
    assert printed(says("'after'"), mine) == ["after"]
    hydro_io().call(mine.close)


KERNEL = """
import sys
from hydro_nb import FlowBuilder
from hydro_nb.deploy.templates import living
flow = FlowBuilder()
flow.process().source_interval(0.01).for_each(lambda _: None)
deployment = flow.deploy(transport="tcp")  # which leaves no files
print(*living(), deployment.processes[0].pid, flush=True)
sys.stdin.read()
"""


def test_a_stopped_template_ends_with_its_kernel_and_what_it_has_forked_with_it():
    kernel = subprocess.Popen([sys.executable, "-c", KERNEL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with kernel:
        forking, child = map(int, kernel.stdout.readline().split())
        ends = [os.pidfd_open(each) for each in (forking, child)]
        for each in (child, forking):
            os.kill(each, signal.SIGSTOP)
        kernel.kill()
        for end in ends:
            assert select.select([end], [], [], 60)[0]
            os.close(end)


def test_no_template_follows_one_that_was_loading_when_all_were_closed(monkeypatch):
    monkeypatch.setattr("hydro_nb.deploy.templates.QUIET_SECONDS", 0.0)
    mine = Heard()
    assert printed(says("colorsys.__name__", "import colorsys"), mine) == ["colorsys"]
    hydro_io().call(mine._prepare)
    hydro_io().call(mine.close)
    hydro_io().call(lambda: None)
    assert mine.taken.is_set()
    assert hydro_io().call(mine.living) == []


def test_a_child_has_the_limits_and_the_mask_of_this_moment():
    template()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    mask = os.umask(0o027)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
        what = "oct(os.umask(0o027)), resource.getrlimit(resource.RLIMIT_NOFILE)[0]"
        assert heard(says(what, "import os, resource")) == [f"0o27 {soft - 1}"]
    finally:
        os.umask(mask)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_no_child_holds_what_belongs_to_its_siblings():
    what = "len([1 for each in os.scandir('/proc/self/fd') if 'pidfd' in os.readlink(each.path)])"
    assert heard(says(what, "import os", count=10)) == ["0"] * 10


def test_a_module_that_is_found_elsewhere_now_is_loaded_from_there(tmp_path, monkeypatch):
    monkeypatch.setattr("hydro_nb.deploy.templates.QUIET_SECONDS", 0.0)
    mine = Heard()
    where = says("colorsys.__file__", "import colorsys")
    (before,) = printed(where, mine)
    assert mine.taken.wait(60)
    assert printed(says("'colorsys' in sys.modules", "import sys"), mine) == ["True"]
    (tmp_path / "colorsys.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert printed(where, mine) == [str(tmp_path / "colorsys.py")] != [before]
    hydro_io().call(mine.close)
