"""Faults on purpose beside whole programs for a long time: 20 seeds of 60 seconds each, or as many as are asked for.

`HYDRO_NB_CHAOS_SECONDS=5 HYDRO_NB_CHAOS_SEEDS=3 pytest tests/bench/test_long_chaos.py -m bench -s` is shorter.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "programs"))

SECONDS = float(os.environ.get("HYDRO_NB_CHAOS_SECONDS", "60"))
SEEDS = range(1, 1 + int(os.environ.get("HYDRO_NB_CHAOS_SEEDS", "20")))
pytestmark = [pytest.mark.bench, pytest.mark.timeout(int(SECONDS) + 300)]


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["word count", "two_pc", "paxos", "announcements"])
def test_a_program_keeps_its_promises(name, seed):
    from chaotic import PROGRAMS

    program = PROGRAMS[name]()
    struck, count = program.run(seed, SECONDS)
    print(f"\n{name}, seed {seed}: {count} elements came once each beside {len(struck.log)} deeds in {SECONDS:g} s")
    assert struck.refused == []
    assert not any(Path(f"/proc/{pid}/cwd").exists() for pid in program.pids)
