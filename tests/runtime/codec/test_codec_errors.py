"""What a codec refuses, and what it says: the channel, the path in the value, the value, what to do."""

import enum
import re
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass

import pytest
from codec_samples import Color, Nothing, Order, Pair, Point, Point3, Put, Right, Tree

from hydro_nb.errors import DecodeError, EncodeError
from hydro_nb.runtime.codec import PickleCodec, limits, make_codec
from hydro_nb.types import f32, u8
from hydro_nb.values import MemberId
from hydro_nb.wire import CodecSpec

BINCODE, MSGPACK, SELF = CodecSpec("bincode"), CodecSpec("msgpack"), CodecSpec("self-describing")
SPECS = pytest.mark.parametrize("spec", [BINCODE, MSGPACK, SELF], ids=lambda spec: spec.codec)


def refused(spec, element_type, items, **options):
    with pytest.raises(EncodeError) as caught:
        make_codec(spec, element_type, **options).encode(items)
    return str(caught.value)


def order(**changes):
    return Order(**{"name": "tea", "price": 3, "at": Point(1, 2), "tags": ["hot"], "color": Color.RED, **changes})


@pytest.mark.parametrize(
    ("element_type", "item", "words"),
    [
        (int, "a", "[1] cannot be sent: 'a': it is str, where int (i64) is expected"),
        (int, True, "it is bool, where int (i64) is expected"),
        (int, 2**63, "it does not fit int (i64)"),
        (u8, 256, "256: it does not fit u8; annotate with a wider one of hydro_nb.types"),
        (u8, -1, "-1: it does not fit u8"),
        (f32, 1e39, "it does not fit f32"),
        (float, 2**53 + 1, "no float equals this int exactly"),
        (float, 10**400, "no float equals this int exactly"),
        (float, "1", "it is str, where float is expected"),
        (str, "\ud800", "lone surrogate"),
        (str, b"a", "it is bytes, where str is expected"),
        (type(None), 0, "it is int, where None is expected"),
        (tuple[int, int], (1, 2, 3), "it is a tuple of 3, where tuple[int, int] is expected"),
        (tuple[int, int], [1, 2], "it is list, where tuple[int, int] is expected"),
        (list[str], ["a", 5], "[1][1] cannot be sent: 5"),
        (dict[str, int], {"a": "b"}, "[1]['a'] cannot be sent: 'b'"),
        (dict[str, int], {1: 1}, "[1] key 1 cannot be sent: 1"),
        (Order, order(at=Point(1, 300)), "[1].at.y cannot be sent: 300"),
        (Order, order(tags=["a", None]), "[1].tags[1] cannot be sent: None"),
        (Order, order(color="red"), "[1].color cannot be sent: 'red'"),
        (Point, Point3(1, 2, 3), "it is Point3, where "),
        (Put | Point, Tree(1, None, None), "it is Tree, where "),
        (Right, Right.READ | Right.WRITE, "where "),
        (MemberId[Color], MemberId(-1), "[1].raw_id cannot be sent: -1"),
        (int | None, "a", "it is str, where int (i64) is expected"),
    ],
)
def test_bincode_says_what_does_not_fit(element_type, item, words):
    text = refused(BINCODE, element_type, [_fitting(element_type), item], where="channel `c`")
    assert text.startswith("channel `c`: ")
    assert words in text


def _fitting(element_type):
    fitting = {u8: 1, f32: 0.5, type(None): None, tuple[int, int]: (1, 2), list[str]: [], dict[str, int]: {}}
    known = {
        int: 1,
        float: 1.0,
        str: "",
        Order: order(),
        Point: Point(1, 2),
        Put | Point: Put("", 1),
        Right: Right.READ,
    }
    return {**fitting, **known, MemberId[Color]: MemberId(1), int | None: None}[element_type]


@pytest.mark.parametrize(
    "element_type", [complex, object, dict, list, tuple[()] | int, int | str, list[None], set[Nothing]]
)
def test_bincode_refuses_types_without_a_form(element_type):
    with pytest.raises(EncodeError, match="bincode form"):
        make_codec(BINCODE, element_type).encode([])


@pytest.mark.parametrize("first", [[], None, {}, (1, None), [[]], {"a": []}])
def test_bincode_asks_for_the_type_where_the_first_element_does_not_tell(first):
    assert "does not tell the type; declare the type with `.typed(T)`" in refused(BINCODE, None, [first])


def test_bincode_refuses_what_differs_from_the_first_element():
    codec = make_codec(BINCODE, None)
    codec.encode([("a", 1)])
    with pytest.raises(EncodeError, match=re.escape("[0][1] cannot be sent: 'x'") + ".*first element.*typed"):
        codec.encode([("b", "x")])


def test_an_inferred_schema_is_sent_once():
    sender, receiver = make_codec(BINCODE, None), make_codec(BINCODE, None)
    first, second = sender.encode([1]), sender.encode([2, 3])
    assert (first[0], second) == (1, b"\0" + (2).to_bytes(8, "little") + (3).to_bytes(8, "little"))
    assert (receiver.decode(first, 1), receiver.decode(second, 2)) == ([1], [2, 3])
    with pytest.raises(DecodeError, match="schema"):
        make_codec(BINCODE, None).decode(second, 2)


@pytest.mark.parametrize(
    ("element_type", "items", "words"),
    [
        (int, [1, "a"], "[1] is 'a' of type str, where int is declared"),
        (tuple[str, float], [("a", 1.5), ("b", "c")], "[1][1] is 'c' of type str, where float is declared"),
        (tuple[str, int], [["a", 1]], "[0] is ['a', 1] of type list, where tuple[str, int] is declared"),
        (list[dict[str, int]], [[{"a": 1}], [{}, {"b": None}]], "[1][1]['b'] is None"),
        (Order, [order(), order(tags=["x", 3])], "[1].tags[1] is 3 of type int, where str is declared"),
        (int | None, [None, 1, "a"], "[2] is 'a'"),
        (Color, [Right.READ], "[0] is <Right.READ: 1>"),
        (Point, [Tree(1, None, None)], "[0] is Tree("),
    ],
)
def test_msgpack_says_what_is_not_of_the_declared_type(element_type, items, words):
    text = refused(MSGPACK, element_type, items, where="channel `c`")
    assert text.startswith("channel `c`: ")
    assert words in text
    assert "`.typed(T)`" in text


def test_msgpack_takes_what_a_type_checker_takes():
    class Level(enum.IntEnum):
        HIGH = 2

    codec = make_codec(MSGPACK, float, types=(Level,))
    items = [1.5, 1, True, 2**80, Level.HIGH]
    assert [*map(type, codec.decode(codec.encode(items), 5))] == [float, int, bool, int, Level]
    points = make_codec(MSGPACK, Point)
    assert points.decode(points.encode([Point3(1, 2, 3), Point(1, 2)]), 2) == [Point3(1, 2, 3), Point(1, 2)]


@pytest.mark.parametrize(
    "value", [threading.Lock(), lambda: 0, object(), sys, int, type("MyInt", (int,), {})(3), iter([]), Exception("x")]
)
def test_packed_codecs_refuse_what_is_not_data(value):
    text = refused(SELF, None, ["a", {"deep": [1, (value,)]}])
    assert text.startswith("[1]['deep'][1][0] cannot be sent: ")
    assert 'TCP.fail_stop().pickle(trusted="why")' in text


def test_a_class_that_a_receiver_cannot_find_is_refused():
    @dataclass
    class Hidden:
        a: int

    assert "cannot be found by its name" in refused(SELF, None, [Hidden(1)])
    codec = make_codec(SELF, None, types=(Hidden,))
    assert codec.decode(codec.encode([Hidden(1)]), 1) == [Hidden(1)]


def test_names_in_a_frame_import_nothing():
    frame = make_codec(SELF, None).encode([Put("k", 1)])
    assert "antigravity" not in sys.modules
    for name in (b"antigravity:X", b"codec_samples:st", b"builtins:eval:", b"os:path.join"):
        padded = name.ljust(len(b"codec_samples:Put"), b" ")[: len(b"codec_samples:Put")]
        with pytest.raises(DecodeError, match="does not have"):
            make_codec(SELF, None).decode(frame.replace(b"codec_samples:Put", padded), 1)
    assert "antigravity" not in sys.modules


@SPECS
def test_deep_nesting_is_an_error_and_not_a_crash(spec):
    deep = ()
    for _ in range(5000):
        deep = (deep,)
    chain = None
    for _ in range(5000):
        chain = Tree(1, chain, None)
    itself = []
    itself.append(itself)
    for value in (deep, chain, itself):
        assert refused(spec, Tree if value is chain and spec is not SELF else None, [value])


def _levels(value):
    levels = []
    while value not in (1, None):
        levels.append((type(value), len(value) if isinstance(value, list | tuple) else value.value))
        value = value.left if isinstance(value, Tree) else value[0]
    return levels


@SPECS
@pytest.mark.parametrize("depth", [1, 20, 49, 75, 100, 140, 149, 150, 151, 200, 400, 900])
def test_any_depth_is_kept_or_refused(spec, depth):
    nested, chain = 1, Tree(0, None, None)
    for _ in range(depth):
        nested, chain = [(nested,)], Tree(1, chain, None)
    for value, element_type in ((nested, None), (chain, None if spec is SELF else Tree), (chain, None)):
        codec = make_codec(spec, element_type)
        with suppress(EncodeError):
            body = codec.encode([value])
            [found] = make_codec(spec, element_type).decode(body, 1)
            assert _levels(found) == _levels(value)
            continue
        assert depth > 40


def test_deep_frames_are_an_error_and_not_a_crash():
    for raw in (b"\x91" * 100_000, b"\x92\xa1t\x91" * 30_000):
        with pytest.raises(DecodeError):
            make_codec(SELF, None).decode(raw, 1)
    with pytest.raises(DecodeError):
        make_codec(BINCODE, Tree).decode((bytes(8) + b"\1") * 50_000, 1)


@SPECS
def test_an_element_beyond_the_limit_is_refused(spec, monkeypatch):
    monkeypatch.setattr(limits, "MAX_ELEMENT", 1000)
    codec = make_codec(spec, str if spec is not SELF else None)
    assert codec.decode(codec.encode(["x" * 900, "y" * 900]), 2) == ["x" * 900, "y" * 900]
    with pytest.raises(EncodeError, match=r"\[1\] takes 1\d\d\d bytes, more than the 1000"):
        codec.encode(["", "x" * 1001])


@SPECS
def test_lengths_that_promise_more_than_there_is_are_refused_at_once(spec):
    for raw in (
        b"\xff" * 8,
        b"\xff" * 8 + b"a",
        (2**62).to_bytes(8, "little"),
        b"\xdd\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
    ):
        for element_type in (str, bytes, list[int], list[str], dict[int, int], set[bool]):
            with pytest.raises(DecodeError):
                make_codec(spec, element_type).decode(raw, 1)


@SPECS
def test_a_frame_must_hold_exactly_its_count(spec):
    codec = make_codec(spec, int)
    body = codec.encode([1, 2])
    for raw, count in ((body, 1), (body, 3), (body + b"\0", 2), (body[:-1], 2), (b"", 2)):
        with pytest.raises(DecodeError, match="cannot be decoded"):
            make_codec(spec, int).decode(raw, count)


def test_elements_without_bytes_have_a_limit():
    codec = make_codec(BINCODE, type(None))
    assert codec.decode(codec.encode([None] * 5), 5) == [None] * 5
    with pytest.raises(DecodeError, match="too many"):
        codec.decode(b"", 2**31)


@pytest.mark.parametrize(
    ("element_type", "raw", "words"),
    [
        (bool, b"\2", "a bool is 0 or 1, not 2"),
        (int | None, b"\2", "the tag of an option is 0 or 1, not 2"),
        (Put | Point, b"\2\0\0\0", "a union of 2 has no part 2"),
        (Color, b"\2\0\0\0", "KeyError: 2"),
        (str, b"\1\0\0\0\0\0\0\0\xff", "UnicodeDecodeError"),
        (int, bytes(9), "1 bytes are left over at the end"),
        (str, b"\5\0\0\0\0\0\0\0a", "a length asks for 5 bytes and 1 are left"),
    ],
)
def test_bincode_says_what_is_wrong_with_a_frame(element_type, raw, words):
    with pytest.raises(DecodeError, match=re.escape(words)) as caught:
        make_codec(BINCODE, element_type, where="channel `c`").decode(raw, 1)
    assert str(caught.value).startswith("channel `c`: ")


def test_a_frame_of_another_type_is_refused_where_the_type_is_declared():
    frame = make_codec(MSGPACK, str).encode(["a"])
    with pytest.raises(DecodeError, match=r"not of the declared type int: an element is str$"):
        make_codec(MSGPACK, int).decode(frame, 1)


@pytest.mark.parametrize(
    ("declared", "items", "place"),
    [
        (tuple[int, str], [(1, 2)], "`[1]` of an element is int, not str"),
        (list[int], [[1], ["a"]], "`[...]` of an element is str, not int"),
        (list[int], [(1, "a")], "an element is tuple"),
        (tuple[int, ...], [(1, "a")], "`[...]` of an element is str, not int"),
        (dict[str, int], [{"a": None}], "`[...]` of an element is NoneType, not int"),
        (dict[str, int], [{1: 1}], "` key` of an element is int, not str"),
        (int | None, ["a", None], "an element is str"),
        (list[Point | None], [[Point(1, "a")]], "`[...].y` of an element is str, not int"),
        (Point, [[]], "an element is list"),
    ],
)
def test_a_refused_frame_says_where_it_does_not_fit(declared, items, place):
    frame = make_codec(CodecSpec("self-describing"), None).encode(items)
    with pytest.raises(DecodeError) as caught:
        make_codec(MSGPACK, declared).decode(frame, len(items))
    assert str(caught.value).endswith(f": {place}")


class Rude:
    def __getattribute__(self, name):
        raise ZeroDivisionError

    def __repr__(self):
        raise ZeroDivisionError


@SPECS
def test_values_that_fight_back_are_an_encode_error(spec):
    assert refused(spec, None if spec is SELF else int, [Rude()])
    pair = Pair.__new__(Pair, 1, "a")
    short = tuple.__new__(Pair, (1,))
    assert refused(spec, None if spec is SELF else Pair, [pair, short])
    empty = object.__new__(Put)
    assert refused(spec, None if spec is SELF else Put, [Put("a", 1), empty])


def test_pickle_needs_a_reason():
    with pytest.raises(EncodeError, match="reason"):
        PickleCodec(trusted=" ")
    codec = PickleCodec(trusted="a test")
    assert codec.decode(codec.encode([{1}, Rude]), 2) == [{1}, Rude]
    with pytest.raises(EncodeError, match="pickled"):
        codec.encode([threading.Lock()])
    for raw, count in ((b"rubbish", 1), (codec.encode([1]), 2)):
        with pytest.raises(DecodeError):
            codec.decode(raw, count)
