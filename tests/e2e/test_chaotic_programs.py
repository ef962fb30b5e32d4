"""Whole programs beside which faults strike for a while: nothing is missing, comes twice, or is left over."""

from __future__ import annotations

import pytest
from chaotic import PROGRAMS
from kernels import left_in
from lives import alive

SECONDS = 1.0


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_keeps_its_promises_whatever_strikes(program, seed, own_folders):
    made = program()
    struck, count = made.run(seed, SECONDS)
    assert struck.log
    assert struck.refused == []
    assert count > 0
    assert not any(map(alive, made.pids))
    assert left_in(own_folders) == []
