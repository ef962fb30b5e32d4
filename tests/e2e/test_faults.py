"""Faults on purpose in whole programs: a kernel that dies beside paused processes leaves none of them behind."""

from __future__ import annotations

import os
import signal

import pytest
from kernels import BEATS, child_pids, kernel_pid, left_in, run_script
from lives import alive, children, wait_gone
from real_kernel import Kernel

LINKED = f"""{BEATS}
deployment = flow.deploy({{}})
for name in ("Clock", "First"):
    deployment.pause(name)
deployment.cut("Clock", "Second")
"""
ENDINGS = {"killed": signal.SIGKILL, "terminated": signal.SIGTERM}


@pytest.mark.parametrize("options", ["", "colocate=[['First', 'Second']]"])
@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_no_paused_process_outlives_its_kernel(ending, options, own_folders):
    kernel = Kernel()
    try:
        kernel.run("from hydro_nb import *", cell="import")
        kernel.run(LINKED.format(options), "deploy")
        pids = {*child_pids(kernel).values(), *children(kernel_pid(kernel))}
        assert len(pids) >= 2
        os.kill(kernel_pid(kernel), ending)
        assert wait_gone(pids, 60) == []
    finally:
        kernel.close()


def test_stop_in_a_kernel_ends_what_was_paused(own_folders):
    kernel = Kernel()
    try:
        kernel.run("from hydro_nb import *", cell="import")
        kernel.run(LINKED.format(""), "deploy")
        pids = [*child_pids(kernel).values()]
        kernel.run("deployment.stop()", "stop")
        assert not any(map(alive, pids))
    finally:
        kernel.close()
    assert left_in(own_folders) == []


def test_a_script_ends_although_it_has_paused_a_process(tmp_path, own_folders):
    text = f"from hydro_nb import *\n{LINKED.format('')}\nprint(*(row.pid for row in deployment.processes))"
    ran = run_script(tmp_path, text)
    assert (ran.returncode, ran.stderr) == (0, "")
    pids = [int(word) for word in ran.stdout.split()]
    assert len(pids) == 3
    assert not any(map(alive, pids))
    assert left_in(own_folders) == []
