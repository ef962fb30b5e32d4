"""What a type annotation says about values, as data: the one reading of annotations that codecs and compiler share."""

from __future__ import annotations

from typing import Any

from hydro_nb.schema.annotations import fields_of, shape_of
from hydro_nb.schema.bincode import bincode_supports, least_bytes, refusal
from hydro_nb.schema.infer import infer_shape, infer_type, type_of_literal
from hydro_nb.schema.records import field_names, is_record
from hydro_nb.schema.shapes import (
    ATOMS,
    Atom,
    ClassOf,
    EnumOf,
    MapOf,
    MemberOf,
    Names,
    Opaque,
    OptionOf,
    RecordOf,
    SeqOf,
    Shape,
    TupleOf,
    UnionOf,
    annotation_of,
    is_complete,
)


def typed_msgpack_keeps(element_type: Any) -> bool:
    """Whether the type says something that the typed packed codec can check.

    Values come back equal and of equal types either way; only with nothing known is the frame left unchecked.

    >>> typed_msgpack_keeps(tuple[str, int]), typed_msgpack_keeps(Any)
    (True, False)
    """
    return not isinstance(shape_of(element_type), Opaque)


__all__ = [
    "ATOMS",
    "Atom",
    "ClassOf",
    "EnumOf",
    "MapOf",
    "MemberOf",
    "Names",
    "Opaque",
    "OptionOf",
    "RecordOf",
    "SeqOf",
    "Shape",
    "TupleOf",
    "UnionOf",
    "annotation_of",
    "bincode_supports",
    "field_names",
    "fields_of",
    "infer_shape",
    "infer_type",
    "is_complete",
    "is_record",
    "least_bytes",
    "refusal",
    "shape_of",
    "type_of_literal",
    "typed_msgpack_keeps",
]
