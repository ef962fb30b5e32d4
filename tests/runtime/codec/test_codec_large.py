"""Large values are copied once on their way into a frame, and large arrays not at all on their way out of it."""

import numpy as np
import pytest
from codec_samples import same

from hydro_nb.runtime.codec import make_codec
from hydro_nb.runtime.codec.body import Parts
from hydro_nb.runtime.codec.limits import LARGE
from hydro_nb.wire import HEADER, CodecSpec

SELF = make_codec(CodecSpec("self-describing"), None)
TYPED = make_codec(CodecSpec("msgpack"), np.ndarray)
HEAD = bytes(HEADER.size)
BLOB = bytes(range(256)) * (LARGE // 256)


def framed(codec, items):
    return HEAD + codec.encode(items)


def opened(codec, frame, count):
    return codec.decode(memoryview(frame)[HEADER.size :], count)


@pytest.mark.parametrize(
    "items",
    [
        [BLOB],
        [b"small", BLOB],
        [BLOB, b"small"],
        [("name", BLOB), ("other", BLOB)],
        [(BLOB, "name")],
        [("\ud800", BLOB)],
        [[BLOB]],
        [{"key": BLOB}],
        [BLOB, 1],
    ],
    ids=lambda items: str(len(items)),
)
def test_large_values_anywhere_come_back(items):
    assert same(opened(SELF, framed(SELF, items), len(items)), items)


def test_the_batch_stays_as_it_was():
    items = [BLOB]
    assert isinstance(SELF.encode(items), Parts)
    assert items == [BLOB]


@pytest.mark.parametrize("size", [LARGE // 8, LARGE // 8 + 1, LARGE])
@pytest.mark.parametrize(
    "around", [lambda array: array, lambda array: ("name", array), lambda array: (1, (2.5, array))]
)
def test_a_large_array_is_read_where_it_has_come(size, around):
    array = np.arange(size, dtype="f8")
    frame = framed(SELF, [around(array)])
    [found] = opened(SELF, frame, 1)
    while isinstance(found, tuple):
        found = found[-1]
    assert np.array_equal(found, array)
    assert np.shares_memory(found, np.frombuffer(frame, "u1"))
    assert (found.flags.aligned, found.flags.writeable) == (True, False)


@pytest.mark.parametrize("items", [[np.arange(5)], [(np.arange(LARGE), "name")]], ids=["small", "not the last"])
def test_other_arrays_are_copied(items):
    frame = framed(SELF, items)
    [found] = opened(SELF, frame, 1)
    array = found[0] if isinstance(found, tuple) else found
    assert not np.shares_memory(array, np.frombuffer(frame, "u1"))
    assert (array.flags.aligned, array.flags.writeable) == (True, False)


def test_what_is_sent_is_what_the_array_was():
    array = np.zeros(LARGE)
    frame = framed(TYPED, [array])
    array += 1
    assert not opened(TYPED, frame, 1)[0].any()
