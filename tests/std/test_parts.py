"""Equal keys belong to the same part, whichever process asks."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb import MemberId
from hydro_nb.std.parts import part_of

PLAIN = st.integers() | st.text() | st.binary() | st.floats() | st.none() | st.booleans()
KEYS = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3))


@given(KEYS, st.integers(1, 100))
def test_a_part_is_one_of_them(key, parts):
    assert 0 <= part_of(key, parts) < parts


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (1, True), ((1, "a"), (1.0, "a")), (frozenset("abc"), frozenset("cba")), (0.0, -0.0)],
)
def test_equal_keys(one, other):
    assert one == other
    assert part_of(one, 1009) == part_of(other, 1009)


def test_members():
    assert part_of(MemberId.from_raw_id(7), 5) == 2


def test_every_process_says_the_same():
    keys = ["abc", b"abc", (1, "abc", None), frozenset("abc"), 1.5]
    code = f"from hydro_nb.std.parts import part_of; print([part_of(key, 1009) for key in {keys!r}])"
    run = [sys.executable, "-c", code]
    for seed in ("1", "2"):
        env = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
        said = subprocess.run(run, env=env, capture_output=True, text=True, check=True)
        assert said.stdout.strip() == str([part_of(key, 1009) for key in keys])


def test_texts_are_spread():
    counts = [0] * 5
    for number in range(10_000):
        counts[part_of(f"key {number}", 5)] += 1
    assert min(counts) > 1800


@pytest.mark.parametrize("key", [[1], {"a": 1}, object()])
def test_what_has_no_number(key):
    with pytest.raises(TypeError, match="no number that is the same in every process"):
        part_of(key, 5)
