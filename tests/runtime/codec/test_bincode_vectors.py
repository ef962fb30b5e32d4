"""The bytes are those of the Rust crate bincode 1.3 (`make_vectors.rs`)."""

import json
from pathlib import Path

import pytest
from codec_samples import NAMES, same

from hydro_nb.runtime.codec import make_codec
from hydro_nb.wire import CodecSpec

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
BINCODE = CodecSpec("bincode")


def _read(vector):
    annotation = eval(vector["type"], NAMES)
    return type(None) if annotation is None else annotation, eval(vector["value"], NAMES), bytes.fromhex(vector["hex"])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['type']} {vector['value']}")
def test_bytes_of_rust(vector):
    annotation, value, raw = _read(vector)
    codec = make_codec(BINCODE, annotation)
    assert codec.encode([value]) == raw
    assert same(codec.decode(raw, 1), [value])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['type']} {vector['value']}")
def test_a_batch_is_its_elements_one_after_another(vector):
    annotation, value, raw = _read(vector)
    codec = make_codec(BINCODE, annotation)
    assert codec.encode([value] * 3) == raw * 3
    assert same(codec.decode(memoryview(raw * 3), 3), [value] * 3)
