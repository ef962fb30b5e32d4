"""What is handed over within one OS process, and what goes through the codec."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.errors import EncodeError
from hydro_nb.runtime.channel import Receiver, read_header
from hydro_nb.runtime.handover import HandingSender, untyped
from hydro_nb.runtime.parcel import Parcel
from hydro_nb.runtime.wiring import Codecs, Wiring
from hydro_nb.values import CLUSTER_SELF_ID, MemberId, act_as
from hydro_nb.wire import ChannelSpec, CodecSpec


class Reading(msgspec.Struct, frozen=True):
    sensor: int
    place: str | None = None


class Open(msgspec.Struct):
    sensor: int


class Nested(msgspec.Struct, frozen=True):
    below: Nested | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    pair: tuple[int, float]


@dataclasses.dataclass(frozen=True)
class Roomy:
    number: int


class Colour(enum.Enum):
    RED = 1


class Text(str):
    __slots__ = ()


def ends(element: Any = None, codec: str = "msgpack", max_buffer: int = 1 << 20, **more: Any):
    spec = ChannelSpec(1, "c", "edge", 0, 1, "out", "in", CodecSpec(codec, "T" if element else ""), **more)
    captures = {"T": element, "__types__": (Reading, Open, Nested, Slotted, Roomy, Colour)}
    wiring = Wiring((spec,), max_buffer=max_buffer, near=frozenset((0, 1)))
    return wiring.sender(spec, Codecs(captures)), wiring.receiver(spec, Codecs(captures))


def carried(sender: Any, receiver: Receiver, items: list[Any]) -> tuple[list[Any], list[bytes]]:
    sender.put([*items])
    sender.pack()
    frames = sender.take()
    for frame in frames:
        receiver.hear(read_header(frame), frame)
    got: list[Any] = []
    while receiver.queue:
        got += receiver.take()[0]
    return got, frames


HANDED = {
    "ints": (int, [1, 2]),
    "floats": (float, [1.5, -0.0]),
    "texts": (str, ["a", "\ud800"]),
    "truths": (bool, [True]),
    "nothing": (None, [None, None]),
    "pairs": (tuple[str, int], [("a", 1), ("b", 2)]),
    "nested": (tuple[str, tuple[int, bytes | None]], [("a", (1, b"x")), ("b", (2, None))]),
    "structs": (Reading, [Reading(1), Reading(2, "x")]),
    "slotted": (Slotted, [Slotted((1, 2.0))]),
    "enums": (Colour, [Colour.RED]),
    "members": (MemberId[Reading], [MemberId.from_raw_id(1, "Reading")]),
    "untyped": (Any, [1, "a", None, (1, ("b", b"c"))]),
}


@pytest.mark.parametrize("what", HANDED)
def test_what_nothing_can_change_is_handed_over(what):
    element, items = HANDED[what]
    got, frames = carried(*ends(element), items)
    assert all(isinstance(frame, Parcel) for frame in frames)
    assert [*map(id, got)] == [*map(id, items)]


ENCODED = {
    "lists": (list[int], [[1], [2]]),
    "a list within": (Any, [(1, [2])]),
    "a bool for an int": (int, [1, True]),
    "an int for a float": (float, [1, 2.5]),
    "open structs": (Open, [Open(1)]),
    "records with room": (Roomy, [Roomy(1)]),
    "recursive": (Nested, [Nested(Nested())]),
    "one of many": (tuple[int, Any], [(1, 2)]),
    "records undeclared": (Any, [Reading(1)]),
    "another cluster's member": (Any, [MemberId.from_raw_id(1, "Other")]),
}


@pytest.mark.parametrize("what", ENCODED)
def test_all_else_goes_through_the_codec(what):
    element, items = ENCODED[what]
    got, frames = carried(*ends(element), items)
    assert not any(isinstance(frame, Parcel) for frame in frames)
    assert got == items
    assert [*map(type, got)] == [*map(type, items)]


@pytest.mark.parametrize(("element", "items"), [(int, [1, "x"]), (tuple[int, int], [(1,)]), (Any, [Text("x")])])
def test_what_the_codec_refuses_is_refused(element, items):
    sender, _ = ends(element)
    assert isinstance(sender, HandingSender)
    sender.put(items)
    with pytest.raises(EncodeError):
        sender.pack()


@pytest.mark.parametrize("codec", ["bincode", "pickle"])
def test_other_codecs_always_encode(codec):
    assert not isinstance(ends(int, codec)[0], HandingSender)


def test_lossy_channels_always_encode():
    assert not isinstance(ends(int, policy="lossy")[0], HandingSender)


def test_what_stands_for_the_running_member_is_made_that_member():
    act_as(MemberId.from_raw_id(2, "W"))
    got, _ = carried(*ends(Any), [(CLUSTER_SELF_ID, 1)])
    act_as(None)
    assert type(got[0][0]) is MemberId


def test_credit_is_taken_and_given_back():
    sender, receiver = ends(str, max_buffer=1000)
    sender.put(["x" * 100] * 50)
    sender.pack()
    frames = sender.take()
    assert len(frames) == 1
    assert sender.credit < 0
    receiver.hear(read_header(frames[0]), frames[0])
    assert receiver.held_bytes == len(frames[0]) > 5000
    receiver.take()
    (credit,) = receiver.replies()
    sender.hear(read_header(credit))
    assert sender.credit == 1000


def test_large_texts_are_cut_into_parcels():
    got, frames = carried(*ends(str, max_buffer=1 << 30), ["x" * 10_000] * 100)
    assert len(frames) > 10
    assert len(got) == 100


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.lists(inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(values, max_size=20))
def test_what_arrives_is_what_was_sent_and_lists_are_copies(items):
    got, frames = carried(*ends(Any), items)
    assert got == items
    assert repr(got) == repr(items)
    if not any(isinstance(frame, Parcel) for frame in frames):
        assert not any(a is b for a, b in zip(got, items, strict=True) if isinstance(a, list))
    else:
        assert untyped(items) is not None
