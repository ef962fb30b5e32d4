"""What annotations say, what values tell of their type, and which types have a bincode form."""

import typing
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, TypeVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydro_nb import schema
from hydro_nb.schema import Atom, Opaque, OptionOf, RecordOf, SeqOf, TupleOf, UnionOf, annotation_of, shape_of
from hydro_nb.types import i32, u8
from hydro_nb.values import MemberId

T = TypeVar("T")
UserId = NewType("UserId", int)
INT, STR = Atom(int, "q"), Atom(str)


@dataclass
class Node:
    value: u8
    next: "Node | None" = None


@dataclass
class Box(Generic[T]):
    inside: T
    more: list[T]


@dataclass
class Plain:
    a: int


class Child(Plain):
    pass


@dataclass
class Bag(dict):
    a: int = 0


class Row(NamedTuple):
    a: int


class Message(msgspec.Struct):
    text: str


@pytest.mark.parametrize(
    ("annotation", "shape"),
    [
        (int, INT),
        (i32, Atom(int, "i")),
        (None, Atom(type(None))),
        (UserId, INT),
        (Annotated[str, "a note"], STR),
        (typing.Optional.__getitem__(int), OptionOf(INT)),
        (int | str | None, OptionOf(UnionOf((INT, STR)))),
        (typing.Union.__getitem__((int, str)), UnionOf((INT, STR))),
        (tuple[()], TupleOf(())),
        (tuple[int, str], TupleOf((INT, STR))),
        (tuple[int, ...], SeqOf(tuple, INT)),
        (tuple, SeqOf(tuple, schema.shapes.UNKNOWN)),
        (Node, RecordOf(Node)),
        (Box[int], RecordOf(Box, (int,))),
        (MemberId[Node], schema.MemberOf("Node")),
    ],
)
def test_reading(annotation, shape):
    assert shape_of(annotation) == shape


@pytest.mark.parametrize("annotation", [Any, object, Literal[1], T, "Unknown", [1], type[int]])
def test_what_cannot_be_seen_through_is_opaque(annotation):
    assert isinstance(shape_of(annotation), Opaque)
    assert hash(shape_of(annotation)) is not None
    assert schema.bincode_supports(annotation)


def test_fields_may_be_recursive_generic_or_named_by_text():
    assert schema.fields_of(RecordOf(Node)) == (("value", Atom(int, "B")), ("next", OptionOf(RecordOf(Node))))
    assert schema.fields_of(RecordOf(Box, (int,))) == (("inside", INT), ("more", SeqOf(list, INT)))
    assert shape_of("Node", {"Node": Node}) == RecordOf(Node)


def test_only_classes_whose_whole_content_is_fields_are_records():
    assert [*map(schema.is_record, (Plain, Row, Message, MemberId, Child, Bag, dict, tuple))] == [True] * 4 + [
        False
    ] * 4


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1, int),
        (True, bool),
        ((1, "a"), tuple[int, str]),
        ((), tuple[()]),
        ([1, None], list[int | None]),
        ([[], [1]], list[list[int]]),
        ([(1, 2), (3,)], list[tuple[int, ...]]),
        ({"a": {1}}, dict[str, set[int]]),
        (Plain(1), Plain),
        (MemberId.from_raw_id(1), MemberId),
        ([], None),
        (None, None),
        ({}, None),
        ([1, "a"], None),
        ([1, 2.0], None),
    ],
)
def test_inferring(value, found):
    assert schema.infer_type(value) == found


def test_the_type_of_literal_data():
    assert schema.type_of_literal([1, 2]) is int
    assert schema.type_of_literal([("a", 1), ("b", None)]) == tuple[str, int | None]
    assert schema.type_of_literal(iter([1, None])) == int | None
    assert schema.type_of_literal([]) is None
    assert schema.type_of_literal([1, True]) is None


@settings(deadline=None)
@given(st.recursive(st.integers() | st.text() | st.booleans(), lambda s: st.lists(s) | st.tuples(s, s), max_leaves=8))
def test_an_inferred_type_reads_as_the_shape_it_came_from(value):
    found = schema.infer_type(value)
    if found is not None:
        assert annotation_of(shape_of(found)) == found
        assert shape_of(found) == schema.infer_shape([value])


@pytest.mark.parametrize(
    ("annotation", "why"),
    [
        (list[complex], "complex has no bincode form"),
        (Box, "Box.inside: ~T is a type variable"),
        (dict[str, Any], "says nothing about the value"),
        (int | str, "each part is a dataclass of its own"),
        (list[tuple[()]], "no safe bincode form"),
    ],
)
def test_why_a_type_has_no_bincode_form(annotation, why):
    assert why in schema.bincode_supports(annotation)


def test_what_has_a_bincode_form():
    for annotation in (Node, Box[int], Plain | Node, Row, Message, dict[str, list[Node | None]], MemberId[Node]):
        assert schema.bincode_supports(annotation) is None
