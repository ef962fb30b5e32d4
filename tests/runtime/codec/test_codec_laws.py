"""What a codec accepts it gives back; anything else is an EncodeError; bad bytes give values or a DecodeError."""

from contextlib import suppress

import pytest
from codec_samples import RECORDS, anything, law, same, typed_batches
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.errors import DecodeError, EncodeError
from hydro_nb.runtime.codec import make_codec
from hydro_nb.schema import bincode_supports
from hydro_nb.wire import CodecSpec

BINCODE, MSGPACK, SELF = CodecSpec("bincode"), CodecSpec("msgpack"), CodecSpec("self-describing")
SPECS = (BINCODE, MSGPACK, SELF)


@law
@given(st.lists(anything, max_size=5))
def test_self_describing_keeps_everything(items):
    assert same(make_codec(SELF, None).decode(make_codec(SELF, None).encode(items), len(items)), items)


@law
@given(typed_batches())
def test_msgpack_keeps_what_is_of_the_type(batch):
    annotation, items = batch
    assert same(
        make_codec(MSGPACK, annotation).decode(make_codec(MSGPACK, annotation).encode(items), len(items)), items
    )


@law
@given(typed_batches())
def test_bincode_keeps_what_is_of_the_type(batch):
    annotation, items = batch
    if bincode_supports(annotation) is None:
        body = make_codec(BINCODE, annotation).encode(items)
        assert same(make_codec(BINCODE, annotation).decode(body, len(items)), items)


@law
@given(typed_batches(), typed_batches())
def test_an_inferred_schema_serves_all_frames_that_fit_it(first, second):
    sender, receiver = make_codec(BINCODE, None), make_codec(BINCODE, None)
    for _, items in (first, second, first):
        with suppress(EncodeError):
            body = sender.encode(items)
            assert same(receiver.decode(body, len(items)), items, widened=True)


@pytest.mark.parametrize("spec", [BINCODE, MSGPACK], ids=lambda spec: spec.codec)
@law
@given(batch=typed_batches(), items=st.lists(anything, min_size=1, max_size=3))
def test_other_values_are_refused_or_kept(spec, batch, items):
    annotation, _ = batch
    if spec is BINCODE and bincode_supports(annotation):
        return
    codec = make_codec(spec, annotation)
    try:
        body = codec.encode(items)
    except EncodeError:
        return
    assert same(codec.decode(body, len(items)), items, widened=spec is BINCODE)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.codec)
@law
@given(batch=typed_batches(), raw=st.binary(max_size=200), count=st.integers(0, 6) | st.integers(0, 2**32 - 1))
def test_random_bytes_give_values_or_a_decode_error(spec, batch, raw, count):
    annotation, _ = batch
    if spec is BINCODE and bincode_supports(annotation):
        return
    _decode(make_codec(spec, annotation, types=RECORDS), raw, count)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.codec)
@law
@given(batch=typed_batches(), data=st.data())
def test_damaged_frames_give_values_or_a_decode_error(spec, batch, data):
    annotation, items = batch
    if spec is BINCODE and bincode_supports(annotation):
        return
    codec = make_codec(spec, annotation)
    _decode(codec, _damaged(codec.encode(items), data), len(items) + data.draw(st.integers(0, 1)))


@law
@given(items=st.lists(anything, max_size=4), data=st.data())
def test_damaged_self_describing_frames(items, data):
    codec = make_codec(SELF, None)
    _decode(codec, _damaged(codec.encode(items), data), len(items))


def _damaged(body, data):
    raw = bytearray(body)
    for _ in range(data.draw(st.integers(1, 3))):
        if raw:
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    return bytes(raw[: data.draw(st.integers(0, len(raw)))]) if data.draw(st.booleans()) else bytes(raw)


def _decode(codec, raw, count):
    try:
        items = codec.decode(raw, count)
    except DecodeError:
        return
    assert len(items) == count
