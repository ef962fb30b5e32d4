"""Any bytes give a value or an error of ours, wherever they are read, and take no more memory than they are long."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from fuzzed import TARGETS, Target
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mutations import mutated

law = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
MOST = 8 << 20
"""Bytes that reading some hundred bytes may take."""


def fed(target: Target, data: bytes) -> None:
    tracemalloc.start()
    try:
        target(data)
        assert tracemalloc.get_traced_memory()[1] < MOST
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_read(name):
    # a target that refuses its seeds at once would be fuzzed in vain
    for seed in TARGETS[name].seeds[:1]:
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", TARGETS)
@law
@given(data=st.binary(max_size=300))
@example(data=b"\xff" * 64)
@example(data=b"\x91" * 3000)
@example(data=b"[" * 3000)
@example(data=b"\x01\x02\x00\x00" + b"\x81\xa1z" + b"\x91" * 3000)
def test_any_bytes(name, data):
    fed(TARGETS[name], data)


@pytest.mark.parametrize("name", TARGETS)
@law
@given(seed=st.integers(0, 2**32))
def test_damaged_input(name, seed):
    fed(TARGETS[name], mutated(random.Random(seed), TARGETS[name].seeds))
