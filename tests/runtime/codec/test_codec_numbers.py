"""Batches of plain numbers have bytes of their own making, and these are those of any other batch of them."""

import math
from dataclasses import dataclass
from enum import IntEnum

import pytest
from codec_samples import Level, same

from hydro_nb.errors import DecodeError
from hydro_nb.runtime.codec import make_codec
from hydro_nb.runtime.codec.classes import Classes
from hydro_nb.runtime.codec.lower import lower
from hydro_nb.runtime.codec.tails import encoded
from hydro_nb.wire import CodecSpec

SELF = make_codec(CodecSpec("self-describing"), None)
TYPED = {kind: make_codec(CodecSpec("msgpack"), kind) for kind in (int, float)}
BATCHES = [
    (int, [0]),
    (int, [2**63 - 1, -(2**63)]),
    (int, [*range(5000)]),
    (int, [2**63]),
    (int, [1, True, Level.HIGH, 2**70]),
    (int, []),
    (float, [0.0, -0.0, math.inf, math.nan, 5e-324]),
    (float, [1.5, 2, True]),
    (float, [0.5] * 3000),
]


@pytest.mark.parametrize(("kind", "items"), BATCHES, ids=lambda value: str(value)[:30])
def test_they_come_back_as_what_they_are(kind, items):
    body = TYPED[kind].encode(items)
    assert body == SELF.encode(items) == encoded(lower(items, Classes([Level])))
    for codec in (TYPED[kind], SELF):
        assert same(codec.decode(memoryview(body), len(items)), items)


@pytest.mark.parametrize("count", [0, 1, 3, 4, 2**16, 2**32 - 1])
def test_a_frame_of_another_number_is_refused(count):
    body = TYPED[int].encode([5, 6])
    with pytest.raises(DecodeError, match=f"16 bytes where {8 * count} are due"):
        TYPED[int].decode(body, count)


def test_numbers_of_another_type_are_refused():
    with pytest.raises(DecodeError, match="an element is float"):
        TYPED[int].decode(TYPED[float].encode([0.5]), 1)


@dataclass(frozen=True, slots=True)
class Careful:
    low: int
    high: int

    def __post_init__(self) -> None:
        raise AssertionError("records come back with the fields that were sent, without their constructor")


class Size(IntEnum):
    BIG = 3


def test_a_frozen_record_with_slots_is_filled_without_its_constructor():
    first, second = object.__new__(Careful), object.__new__(Careful)
    for made, low, high in ((first, 1, 2), (second, Size.BIG, True)):
        object.__setattr__(made, "low", low)
        object.__setattr__(made, "high", high)
    found = SELF.decode(SELF.encode([first, second]), 2)
    assert found == [first, second]
    assert [type(each.low) for each in found] == [int, Size]
