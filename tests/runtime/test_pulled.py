"""Chunks of bounded sources: the same elements and counts, whether the iterator knows its length or not."""

from __future__ import annotations

from collections import deque
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.runtime.pulled import pull, take


class Loud(list[int]):
    """A list that may be asked for its elements in no way but by its iterator."""

    def __getitem__(self, _):
        raise AssertionError("a slice of it was taken")


MAKERS = {
    "range": range,
    "list": lambda n: list(range(n)),
    "tuple": lambda n: tuple(range(n)),
    "bytes": lambda n: bytes(range(n)),
    "steps": lambda n: range(3, 3 + 7 * n, 7),
    "own list": lambda n: Loud(range(n)),
    "generator": lambda n: (each for each in range(n)),
    "dict": lambda n: dict.fromkeys(range(n)),
}


@pytest.mark.parametrize("kind", MAKERS)
@given(length=st.integers(0, 60), rooms=st.lists(st.integers(0, 30), max_size=12))
def test_chunks_are_the_elements_in_order_and_their_counts_are_exact(kind, length, rooms):
    iterator, newest, seen = iter(MAKERS[kind](length)), deque(maxlen=8), []
    for room in rooms:
        chunk, count = pull(iterator, room, newest)
        taken = [(each - 3) // 7 for each in chunk] if kind == "steps" else list(chunk)
        assert count == len(taken) == min(room, length - len(seen))
        seen += taken
        assert kind == "steps" or list(newest) == seen[-8:]
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


@pytest.mark.parametrize("kind", MAKERS)
@given(length=st.integers(0, 40), room=st.integers(0, 30), other=st.integers(0, 30))
def test_the_iterator_is_as_far_as_if_it_had_been_asked_for_each_element(kind, length, room, other):
    one, two = iter(MAKERS[kind](length)), iter(MAKERS[kind](length))
    chunk, _ = pull(one, room, deque())
    assert list(chunk) == list(islice(two, room))
    assert next(one, None) == next(two, None)
    chunk, _ = pull(one, other, deque())
    assert list(chunk) == list(islice(two, other))
    assert list(one) == list(two)


@pytest.mark.parametrize("kind", MAKERS)
@given(length=st.integers(0, 40), rooms=st.lists(st.integers(0, 30), max_size=8))
def test_lists_of_elements_are_as_if_each_had_been_asked_for(kind, length, rooms):
    whole = MAKERS[kind](length)
    one, two = iter(whole), iter(MAKERS[kind](length))
    for room in rooms:
        chunk = take(one, room)
        assert type(chunk) is list
        assert chunk == list(islice(two, room))
        chunk.append(None)
    assert list(one) == list(two)
    assert kind == "generator" or len(whole) == length


def test_text_is_taken_character_by_character_and_a_list_that_grows_too_late_is_over():
    letters, growing = iter("na\u00efve"), [1, 2]
    assert list(pull(letters, 3, deque())[0]) == ["n", "a", "\u00ef"]
    assert list(pull(letters, 3, deque())[0]) == ["v", "e"]
    numbers = iter(growing)
    assert list(pull(numbers, 3, deque())[0]) == [1, 2]
    growing.append(3)
    assert list(pull(numbers, 3, deque())[0]) == []
