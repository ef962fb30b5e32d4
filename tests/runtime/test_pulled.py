"""Chunks of bounded sources: the same elements and counts, whether the iterator knows its length or not."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.runtime.pulled import pull

MAKERS = {
    "range": range,
    "list": lambda n: list(range(n)),
    "tuple": lambda n: tuple(range(n)),
    "generator": lambda n: (each for each in range(n)),
    "dict": lambda n: dict.fromkeys(range(n)),
}


@pytest.mark.parametrize("kind", MAKERS)
@given(length=st.integers(0, 60), rooms=st.lists(st.integers(0, 30), max_size=12))
def test_chunks_are_the_elements_in_order_and_their_counts_are_exact(kind, length, rooms):
    iterator, newest, seen = iter(MAKERS[kind](length)), deque(maxlen=8), []
    for room in rooms:
        chunk, count = pull(iterator, room, newest)
        taken = list(chunk)
        assert count == len(taken) == min(room, length - len(seen))
        assert not taken or set(newest) <= {*seen, *taken}
        seen += taken
    assert seen == list(range(length))[: len(seen)]


def test_the_end_is_seen_by_a_chunk_that_is_not_full_and_leaves_the_newest():
    newest = deque(maxlen=8)
    iterator = iter(range(40))
    assert [pull_all(iterator, 30, newest) for _ in range(2)] == [30, 10]
    assert list(newest) == list(range(32, 40))


def pull_all(iterator, room, newest):
    chunk, count = pull(iterator, room, newest)
    assert len(list(chunk)) == count
    return count
