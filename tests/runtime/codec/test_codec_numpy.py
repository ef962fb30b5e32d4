"""Arrays and numpy's scalars travel as what they are; a process that meets none never imports numpy."""

import subprocess
import sys

import numpy as np
import pytest

from hydro_nb.errors import DecodeError, EncodeError
from hydro_nb.runtime.codec import make_codec
from hydro_nb.wire import CodecSpec

SELF = CodecSpec("self-describing")


def through(items, element_type=None):
    codec = make_codec(SELF if element_type is None else CodecSpec("msgpack"), element_type)
    return codec.decode(codec.encode(items), len(items))


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.arange(6, dtype=">i2")[::2],
        np.zeros((0, 3)),
        np.array(5.5),
        np.array(["a", "bcd"]),
        np.array([b"x"]),
        np.array([True, False]),
        np.array([1 + 2j]),
        np.array(["2020-01-01"], dtype="M8[D]"),
        np.array([(1, 2.5)], dtype=[("a", "<i4"), ("b", "<f8")]),
        np.asfortranarray(np.arange(4.0).reshape(2, 2)),
    ],
    ids=lambda array: str(array.dtype),
)
def test_arrays(array):
    [found] = through([array], np.ndarray)
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert np.array_equal(found, array)
    assert not found.flags.writeable


@pytest.mark.parametrize(
    "scalar",
    [
        np.int8(-3),
        np.uint64(2**64 - 1),
        np.float32(0.1),
        np.float64(0.1),
        np.bool_(1),
        np.complex64(1j),
        np.float16(2),
        np.datetime64("2020-01-01T00:00", "s"),
        np.timedelta64(3, "h"),
        np.str_("naïve"),
        np.bytes_(b"ab"),
    ],
    ids=lambda scalar: type(scalar).__name__,
)
def test_scalars(scalar):
    found = through([scalar, scalar, [scalar]])
    assert found == [scalar, scalar, [scalar]]
    assert type(found[0]) is type(scalar)


def test_objects_in_arrays_are_refused():
    with pytest.raises(EncodeError, match=r"\[0\].*Python objects"):
        through([np.array([object()])])


def test_frames_cannot_make_arrays_of_objects():
    frame = make_codec(SELF, None).encode([np.array([1])])
    with pytest.raises(DecodeError):
        make_codec(SELF, None).decode(frame.replace(b"<i8", b"|O8"), 1)


def test_numpy_is_not_imported_without_need():
    code = """
import sys
from hydro_nb.runtime.codec import make_codec
from hydro_nb.wire import CodecSpec
codec = make_codec(CodecSpec("self-describing"), None)
codec.decode(codec.encode([1, "a", (2.5,)]), 3)
assert "numpy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
