"""Frames that nobody of ours would send: each is refused with a reason, and takes no more memory than its own size."""

from __future__ import annotations

import struct
import tracemalloc
from contextlib import suppress

import msgspec
import pyarrow as pa
import pytest
from codec_samples import RECORDS, law
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.errors import DecodeError, EncodeError
from hydro_nb.runtime.channel import MAX_FRAME
from hydro_nb.runtime.codec import MAX_ELEMENT, limits, make_codec, nodes
from hydro_nb.runtime.codec.classes import name_of
from hydro_nb.runtime.codec.extras import BY_NAME
from hydro_nb.runtime.codec.lift import SEQUENCES
from hydro_nb.wire import CodecSpec

SELF, BINCODE = CodecSpec("self-describing"), CodecSpec("bincode")
encode = msgspec.msgpack.Encoder().encode


def ints(*values):
    return nodes.Ints(struct.pack(f"<{len(values)}q", *values))


def lengths(*values):
    return struct.pack(f"<{len(values)}I", *values)


def extra(name, *columns):
    return nodes.Extras(name, nodes.Tuples([*columns]))


def array(dtype, size, raw):
    kinds = nodes.Tuples([nodes.Texts([dtype]), nodes.Tuples([ints(size)])])
    return nodes.Arrays(kinds, b"", [memoryview(raw)])


NOTHING = nodes.Units(b"\0")
HUGE_RANGE = extra("range", ints(0), ints(1 << 62), ints(1))
HOSTILE = {
    "a number of zero bytes": nodes.Extras("bytearray", ints(1 << 40)),
    "a range of bytes": nodes.Extras("bytearray", HUGE_RANGE),
    "a range to count": nodes.Extras("Counter", HUGE_RANGE),
    "a range to keep": extra("deque", HUGE_RANGE, NOTHING),
    "a power of ten": nodes.Extras("Fraction", nodes.Tuples([nodes.Texts(["1e9999999999"])])),
    "a file of the system": nodes.Extras("ZoneInfo", nodes.Texts(["../../etc/passwd"])),
    "objects in an array": array("|O", 1, b"12345678"),
    "an array without bytes": array("V0", 1 << 60, b""),
    "an array of another size": array("<i8", 1, b"1"),
    "an array without a kind": nodes.Arrays(nodes.Empty(), b"", [memoryview(b"1")]),
    "an array of parts": nodes.Extras("ndarray", nodes.Tuples([nodes.Texts(["<i8"]), nodes.Tuples([ints(1)])])),
    "a list of four thousand millions": nodes.Lists("list", lengths(0xFFFFFFFF), nodes.Empty()),
    "a dict of as many": nodes.Maps(lengths(0xFFFFFFFF), nodes.Empty(), nodes.Empty()),
    "a set of lists": nodes.Lists("set", lengths(1), nodes.Lists("list", lengths(0), nodes.Empty())),
    "a kind of list that there is not": nodes.Lists("open", lengths(0), nodes.Empty()),
    "a class that there is not": nodes.Records("os:system", [nodes.Texts(["true"])]),
    "a function in place of a class": nodes.Records("subprocess:run", [nodes.Texts(["true"])]),
    "a class that is no record": nodes.Records("subprocess:Popen", [nodes.Texts(["true"])]),
    "more values than are said": ints(1, 2),
    "a column that is not there": nodes.Mixed(b"\x05", [ints()]),
    "bytes that are no text": nodes.RawTexts([b"\xff"]),
    "bytes that are no table": nodes.Extras("Table", nodes.Blobs([b"\xff" * 64])),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_nobody_of_ours_would_send(name):
    codec = make_codec(SELF, None, where="channel `c`")
    body = encode(HOSTILE[name])
    with pytest.raises(DecodeError, match=r"^channel `c`: a frame cannot be decoded: ."):
        codec.decode(body, 1)
    assert peak(lambda: suppressed(codec, body, 1)) < 4 << 20


def peak(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def suppressed(codec, body, count):
    with suppress(DecodeError):
        codec.decode(body, count)


@pytest.mark.parametrize("depth", [400, 5000])
@pytest.mark.parametrize("spec", [SELF, BINCODE])
def test_what_is_nested_too_deep(spec, depth):
    # by hand, as the encoder would give up too
    body = b"\x92\xa1t\x91" * depth + encode(ints(1))
    with pytest.raises(DecodeError, match="cannot be decoded"):
        make_codec(spec, None).decode(body, 1)


def schema(data):
    text = encode(data)
    return b"\1" + len(text).to_bytes(4, "little") + text


@pytest.mark.parametrize(
    "data",
    [
        ["tuple", *[["plain", "int"]] * 10_000],
        ["many", "list", ["plain", "NoneType"]],
        ["plain", "object"],
        ["many", "str", ["plain", "int"]],
        ["class", "subprocess:Popen"],
        [],
        {"a": 1},
    ],
    ids=lambda data: str(data)[:20],
)
def test_schemas_that_no_first_element_has(data):
    with pytest.raises(DecodeError, match="cannot be decoded"):
        make_codec(BINCODE, None).decode(schema(data), 1)


def test_an_element_of_too_many_parts_to_infer():
    with pytest.raises(EncodeError, match=r"has too many parts; declare the type with `.typed\(T\)`"):
        make_codec(BINCODE, None).encode([tuple(range(10_000))])


@pytest.mark.parametrize("codec", ["msgpack", "self-describing", "bincode", "pickle"])
def test_no_codec_takes_an_element_that_no_frame_may_carry(codec, monkeypatch):
    monkeypatch.setattr(limits, "MAX_ELEMENT", 1000)
    made = make_codec(CodecSpec(codec), bytes)
    assert made.decode(made.encode([b"x" * 600] * 4), 4)[3] == b"x" * 600
    with pytest.raises(EncodeError, match=r"\[1\] takes 1\d\d\d bytes, more than the .* of one element: .*; send it"):
        made.encode([b"", b"x" * 1001])


def test_a_frame_has_room_for_the_largest_element_its_header_and_its_schema():
    assert MAX_ELEMENT + limits.MAX_SCHEMA + 4096 < MAX_FRAME < 2 * MAX_ELEMENT


def test_no_damage_to_a_table_reaches_who_reads_it():
    # pyarrow reads beyond its buffers, and ends the process, where offsets are not held against them
    codec = make_codec(SELF, None)
    body = codec.encode([pa.table({"s": ["a", "b"], "l": [[1], [2, 3]]})])
    for at in range(0, len(body) - 4, 4):
        with suppress(DecodeError):
            [table] = codec.decode(body[:at] + b"\xff\xff\xff\x7f" + body[at + 4 :], 1)
            str(table)


@pytest.mark.parametrize("method", ["zstd", "lz4"])
def test_a_compressed_table_is_refused(method):
    # a few kilobytes may be any number of gigabytes
    table = pa.table({"n": [0] * 100_000, "s": pa.array(["a", "b"] * 50_000).dictionary_encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=method)) as writer:
        writer.write(table)
    for kind in ("Table", "RecordBatch", "DataFrame"):
        frame = encode(nodes.Extras(kind, nodes.Blobs([sink.getvalue().to_pybytes()])))
        with pytest.raises(DecodeError, match="a compressed table does not travel in a frame"):
            make_codec(SELF, None).decode(frame, 1)


# ---------------------------------------------------------------- trees of columns, made at random

words = st.sampled_from(["", "list", *SEQUENCES, *BY_NAME, *map(name_of, RECORDS), "<i8", "V0", "1e9999999"])
raw = st.binary(max_size=24) | st.lists(st.integers(0, 4), max_size=4).map(lambda each: lengths(*each))
leaves = st.one_of(
    st.builds(nodes.Empty),
    st.builds(nodes.Units, raw, words),
    st.builds(ints, st.integers(-(2**63), 2**63 - 1)),
    st.builds(nodes.Ints, raw),
    st.builds(nodes.BigInts, st.lists(raw, max_size=2)),
    st.builds(nodes.Floats, raw),
    st.builds(nodes.Truths, raw),
    st.builds(nodes.Texts, st.lists(words, max_size=2)),
    st.builds(nodes.RawTexts, st.lists(raw, max_size=2)),
    st.builds(nodes.Blobs, st.lists(raw, max_size=2)),
    st.builds(nodes.Scalars, words, raw),
)


def branches(inner):
    several = st.lists(inner, max_size=6)
    return st.one_of(
        st.builds(nodes.Tuples, several),
        st.builds(nodes.Lists, words, raw, inner),
        st.builds(nodes.Maps, raw, inner, inner),
        st.builds(nodes.Records, words, several),
        st.builds(nodes.Members, words, inner),
        st.builds(nodes.Extras, words, inner),
        st.builds(nodes.Mixed, raw, several),
    )


trees = st.recursive(leaves, branches, max_leaves=12)


@law
@given(trees, st.integers(0, 4) | st.just(0xFFFFFFFF))
def test_any_tree_of_columns_gives_values_or_a_decode_error(tree, count):
    codec, body = make_codec(SELF, None, types=RECORDS), encode(tree)

    def decoded():
        with suppress(DecodeError):
            assert len(codec.decode(body, count)) == count

    assert peak(decoded) < 4 << 20
