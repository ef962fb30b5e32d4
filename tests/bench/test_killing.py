"""The law of a channel for as long as HYDRO_NB_FUZZ_SECONDS says (a minute): killed anywhere, slow, stopped."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "deploy"))

import test_prefix as law  # noqa: E402 - it stands beside the tests of deployments
from numbered import NAMES, begin, chain, memory_of, pid_of, seen  # noqa: E402

from hydro_nb.deploy import deploy  # noqa: E402 - as above

SECONDS = float(os.environ.get("HYDRO_NB_FUZZ_SECONDS", "60"))
pytestmark = [pytest.mark.bench, pytest.mark.timeout(10 * SECONDS + 120)]


def test_whoever_is_killed_wherever(tmp_path):
    chance, runs, until = random.Random(0), 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        made = {"length": chance.choice([2, 3]), "count": chance.randint(1, 400), "at_once": chance.randint(1, 50)}
        made["size"] = chance.choice([0, 100, 5000, 200_000])
        victim = chance.choice(NAMES[: made["length"]]), chance.randint(1, made["count"])
        folder = tmp_path / str(runs)
        folder.mkdir()
        law.check_kill(folder, made, victim, chance.choice([-1, 0, 50, 500, 3000]), 1 << chance.randint(9, 22))
        runs += 1
    print(f"\n{runs} chains with a process killed: prefixes all")


SLOW = "\nimport time\ndef wait(n):\n    time.sleep(0.02)\n"


def test_a_slow_consumer(tmp_path):
    size, room, count = 1 << 18, 4 << 20, int(SECONDS / 0.025)
    program = law.with_last(chain(tmp_path, length=2, count=count, size=size, at_once=4), SLOW)
    with deploy(program, echo=False, max_buffer=room) as deployment:
        pids = [pid_of(deployment, name) for name in "AB"]
        before = [memory_of(pid) for pid in pids]
        begin(tmp_path)
        most = [0, 0]
        while len(seen(tmp_path, "B")) < count:
            now = [memory_of(pid) - was for pid, was in zip(pids, before, strict=True)]
            most = [*map(max, zip(most, now, strict=True))]
            time.sleep(0.05)
        deployment.settle(60)
        assert seen(tmp_path, "B") == [*range(count)]
        assert max(most) < 6 * room
    print(
        f"\n{count * size >> 20} MB by a consumer of {size / 0.02 / 2**20:.0f} MB/s: at most {max(most) >> 20} MB held"
    )


@pytest.mark.parametrize("stopped", NAMES)
def test_who_is_stopped_for_seconds(tmp_path, stopped):
    with deploy(chain(tmp_path, count=200_000, size=100, at_once=50), echo=False, max_buffer=1 << 18) as deployment:
        pid = pid_of(deployment, stopped)
        begin(tmp_path)
        for _ in range(3):
            os.kill(pid, signal.SIGSTOP)
            time.sleep(SECONDS / 20)
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.05)
        deployment.settle(120)
        assert seen(tmp_path, "B") == seen(tmp_path, "C") == [*range(200_000)]
