"""Bytes cut into elements, wherever they are cut on their way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.errors import DecodeError, EncodeError
from hydro_nb.runtime.framing import LengthDelimited, Lines, Raw, make_framing
from hydro_nb.wire import CodecSpec, FramingSpec

texts = st.lists(st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]), max_size=9))
cuts = st.lists(st.integers(1, 7), min_size=1)


def pieces(data, sizes):
    while data:
        yield data[: sizes[0]]
        data, sizes = data[sizes[0] :], [*sizes[1:], sizes[0]]


def read(framing, parts):
    found = []
    for part in parts:
        framing.feed(part, found)
    framing.finish(found)
    return found


@given(texts, cuts)
def test_lines_in_any_pieces(lines, sizes):
    data = b"".join(map(Lines(99).encode, lines))
    assert read(Lines(99), pieces(data, sizes)) == lines
    assert read(Lines(99), pieces(data.replace(b"\n", b"\r\n"), sizes)) == lines


@given(st.lists(st.binary(max_size=9)), cuts)
def test_frames_in_any_pieces(frames, sizes):
    data = b"".join(map(LengthDelimited(99).encode, frames))
    assert read(LengthDelimited(99), pieces(data, sizes)) == frames


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.text(st.characters(blacklist_categories=["Cs"])))), cuts)
def test_typed_frames_in_any_pieces(items, sizes):
    spec = FramingSpec("length-delimited", 2**20, CodecSpec("bincode", "item"))
    ends = [make_framing(spec, {"item": tuple[int, str]}, "here") for _ in range(2)]
    assert read(ends[1], pieces(b"".join(map(ends[0].encode, items)), sizes)) == items


def test_raw_bytes_are_what_they_are():
    assert read(Raw(), [b"a", b"\n"]) == [b"a", b"\n"]
    assert Raw().encode(bytearray(b"x")) == b"x"


@pytest.mark.parametrize(
    ("framing", "data", "before", "why"),
    [
        (Lines(3), b"ab\nabcd\n", ["ab"], "longer than 3 bytes"),
        (Lines(3), b"abcd", [], "longer than 3 bytes"),
        (Lines(9), b"ab\na\xffb\n", ["ab"], "no UTF-8: byte 0xff at 1"),
        (LengthDelimited(3), b"\0\0\0\1x\xff\xff\xff\xff", [b"x"], "4294967295 bytes is longer than 3"),
    ],
)
def test_what_came_before_nonsense_is_kept(framing, data, before, why):
    found = []
    with pytest.raises(DecodeError, match=why):
        framing.feed(data, found)
    assert found == before


def test_a_frame_that_is_no_element():
    framing = make_framing(FramingSpec("length-delimited", 99, CodecSpec("bincode", "item")), {"item": int}, "here")
    with pytest.raises(DecodeError, match="cannot be decoded"):
        framing.feed(b"\0\0\0\1x", [])


@pytest.mark.parametrize(
    ("framing", "item", "why"),
    [
        (Lines(9), b"x", r"is no text.*\.map\(str\)"),
        (Lines(9), "\ud800", "has no UTF-8 form"),
        (LengthDelimited(9), "x", "is no bytes"),
        (LengthDelimited(2), b"abc", "3 bytes is longer than 2"),
        (Raw(), 7, r"7 \(int\) is no bytes"),
    ],
)
def test_what_has_no_bytes(framing, item, why):
    with pytest.raises(EncodeError, match=why):
        framing.encode(item)
