"""What a type annotation says about values, as data: the one reading of annotations that codecs and compiler share.

`shape_of` reads any annotation; what it cannot see through becomes `Opaque` with the reason.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import struct
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any, TypeAlias, TypeVar, Union

import msgspec

from hydro_nb.types import Width
from hydro_nb.values import MemberId, tag_name

Names: TypeAlias = Mapping[str, type]


@dataclass(frozen=True, slots=True)
class Atom:
    """`int`, `float`, `bool`, `str`, `bytes` or `None`; numbers with their `struct` character."""

    type: type
    code: str = ""


@dataclass(frozen=True, slots=True)
class TupleOf:
    """A tuple of a fixed number of items."""

    items: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class SeqOf:
    """A `list`, `tuple[T, ...]`, `set` or `frozenset` of equal items."""

    type: type
    item: Shape


@dataclass(frozen=True, slots=True)
class MapOf:
    """A `dict`."""

    key: Shape
    value: Shape


@dataclass(frozen=True, slots=True)
class OptionOf:
    """`T | None`."""

    item: Shape


@dataclass(frozen=True, slots=True)
class EnumOf:
    """A member of an enum."""

    type: type[enum.Enum]


@dataclass(frozen=True, slots=True)
class RecordOf:
    """A dataclass, Struct or NamedTuple; its fields are read by `fields_of`, so that types may be recursive."""

    type: type
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberOf:
    """A `MemberId` with the name of its cluster's marker."""

    tag: str


@dataclass(frozen=True, slots=True)
class UnionOf:
    """One of several shapes, none of them `None`."""

    items: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class ClassOf:
    """An instance of any other class."""

    type: type


@dataclass(frozen=True, slots=True)
class Opaque:
    """Nothing that can be checked; `why` completes the sentence "it ..."."""

    annotation: Any
    why: str


Shape: TypeAlias = Atom | TupleOf | SeqOf | MapOf | OptionOf | EnumOf | RecordOf | MemberOf | UnionOf | ClassOf | Opaque

ATOMS: dict[Any, Atom] = {
    int: Atom(int, "q"),
    float: Atom(float, "d"),
    bool: Atom(bool, "?"),
    str: Atom(str),
    bytes: Atom(bytes),
    None: Atom(types.NoneType),
    types.NoneType: Atom(types.NoneType),
}
UNKNOWN = Opaque(Any, "says nothing about the value")
SEQUENCES: tuple[type, ...] = (list, set, frozenset)


def shape_of(annotation: Any, names: Names | None = None) -> Shape:
    """Read an annotation; `names` resolves text that stands for a type.

    >>> shape_of(tuple[int, ...])
    SeqOf(type=<class 'tuple'>, item=Atom(type=<class 'int'>, code='q'))
    """
    names = names or {}
    if isinstance(annotation, str | typing.ForwardRef):
        return _named(annotation, names)
    if _is_key(annotation) and annotation in ATOMS:
        return ATOMS[annotation]
    if hasattr(annotation, "__supertype__"):
        return shape_of(annotation.__supertype__, names)
    if isinstance(annotation, TypeVar):
        return Opaque(annotation, "is a type variable")
    if type(annotation).__name__ == "TypeAliasType":
        return shape_of(annotation.__value__, names)
    return _generic(annotation, names)


def _is_key(annotation: Any) -> bool:
    return annotation is None or isinstance(annotation, type)


def _named(text: str | typing.ForwardRef, names: Names) -> Shape:
    name = text if isinstance(text, str) else text.__forward_arg__
    return shape_of(names[name], names) if name in names else Opaque(name, "is a name that cannot be resolved")


def _generic(annotation: Any, names: Names) -> Shape:
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return _annotated(args, names)
    if origin is Union or origin is types.UnionType:
        return _union(args, names)
    if annotation is Any or annotation is object:
        return UNKNOWN
    kind = origin if origin is not None else annotation
    if not isinstance(kind, type):
        return Opaque(annotation, "is not a type that has a wire form")
    return _container(kind, args, names, generic=origin is not None) or _class(kind, args, annotation)


def _annotated(args: tuple[Any, ...], names: Names) -> Shape:
    width = next((extra for extra in args[1:] if isinstance(extra, Width)), None)
    return Atom(args[0], width.code) if width else shape_of(args[0], names)


def _union(args: tuple[Any, ...], names: Names) -> Shape:
    items = tuple(shape_of(arg, names) for arg in args if arg is not types.NoneType)
    inner = items[0] if len(items) == 1 else UnionOf(items)
    return OptionOf(inner) if len(items) < len(args) else inner


def _container(kind: type, args: tuple[Any, ...], names: Names, *, generic: bool) -> Shape | None:
    unknown = UNKNOWN
    if kind is tuple:
        return _tuple(args, names) if generic else SeqOf(tuple, unknown)
    if kind in SEQUENCES:
        return SeqOf(kind, shape_of(args[0], names) if args else unknown)
    if kind is dict:
        key, value = (shape_of(arg, names) for arg in args) if args else (unknown, unknown)
        return MapOf(key, value)
    return None


def _tuple(args: tuple[Any, ...], names: Names) -> Shape:
    if len(args) == 2 and args[1] is Ellipsis:
        return SeqOf(tuple, shape_of(args[0], names))
    return TupleOf(tuple(shape_of(arg, names) for arg in args))


def _class(kind: type, args: tuple[Any, ...], annotation: Any) -> Shape:
    if kind is MemberId:
        return MemberOf(_tag(args))
    if issubclass(kind, enum.Enum):
        return EnumOf(kind)
    if is_record(kind):
        return RecordOf(kind, args)
    if getattr(kind, "_is_protocol", False) or typing.is_typeddict(kind) or args or _abstract(kind):
        return Opaque(annotation, "has no fixed wire form")
    return ClassOf(kind)


def _abstract(kind: type) -> bool:
    return kind.__module__ in ("collections.abc", "numbers")


def _tag(args: tuple[Any, ...]) -> str:
    tag = args[0] if args else None
    if isinstance(tag, typing.ForwardRef):
        return tag.__forward_arg__
    return tag_name(tag) if isinstance(tag, type | str) and tag is not types.NoneType else "_"


# ---------------------------------------------------------------- records


def is_record(kind: type) -> bool:
    """Whether a class is a dataclass, a Struct or a NamedTuple, itself and not only through a base.

    >>> is_record(int)
    False
    """
    if issubclass(kind, msgspec.Struct):
        return True
    if issubclass(kind, tuple):
        return hasattr(kind, "_fields")
    return "__dataclass_fields__" in vars(kind) and all(_plain(base) for base in kind.__mro__)


def _plain(base: type) -> bool:
    # a class of the interpreter's own, such as dict, has contents that are not among the fields
    return base is object or bool(base.__flags__ & 1 << 9)


def field_names(kind: type) -> tuple[str, ...]:
    """Give the names of a record's fields in their order.

    >>> field_names(MemberId)
    ('raw_id', 'tag')
    """
    if issubclass(kind, msgspec.Struct):
        return kind.__struct_fields__
    if issubclass(kind, tuple):
        return tuple(getattr(kind, "_fields", ()))
    return tuple(field.name for field in dataclasses.fields(typing.cast("Any", kind)))


def fields_of(record: RecordOf, names: Names | None = None) -> tuple[tuple[str, Shape], ...]:
    """Read the shapes of a record's fields.

    >>> fields_of(RecordOf(MemberId))[1]
    ('tag', Atom(type=<class 'str'>, code=''))
    """
    known = {**(names or {}), record.type.__name__: record.type}
    hints = _hints(record.type, known)
    parameters = getattr(record.type, "__parameters__", ())
    bound = dict(zip(parameters, record.args, strict=False))
    return tuple((name, shape_of(_bind(hints.get(name, Any), bound), known)) for name in field_names(record.type))


def _hints(kind: type, names: dict[str, type]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(kind, localns=names, include_extras=True)
    except (NameError, TypeError, AttributeError, SyntaxError):
        return dict(getattr(kind, "__annotations__", {}))


def _bind(annotation: Any, bound: dict[Any, Any]) -> Any:
    if isinstance(annotation, TypeVar):
        return bound.get(annotation, annotation)
    parameters = getattr(annotation, "__parameters__", ())
    if not parameters or isinstance(annotation, type):
        return annotation
    return annotation[tuple(bound.get(each, each) for each in parameters)]


# ---------------------------------------------------------------- questions of the compiler


def typed_msgpack_keeps(element_type: Any) -> bool:
    """Whether the type says something that the typed packed codec can check.

    Values come back equal and of equal types either way; only with nothing known is the frame left unchecked.

    >>> typed_msgpack_keeps(tuple[str, int]), typed_msgpack_keeps(Any)
    (True, False)
    """
    return not isinstance(shape_of(element_type), Opaque)


def bincode_supports(element_type: Any, names: Names | None = None) -> str | None:
    """Say why a type has no bincode form, or None if it has one.

    >>> bincode_supports(tuple[str, int]) is None
    True
    >>> bincode_supports(tuple[str, complex])
    'complex has no bincode form; use int, float, bool, str, bytes, tuples, lists, dicts, enums or dataclasses'
    """
    return refusal(shape_of(element_type, names), names)


def refusal(shape: Shape, names: Names | None = None) -> str | None:
    """Say why a shape has no bincode form, or None if it has one.

    >>> refusal(Atom(int, "q")) is None
    True
    """
    return _refusal(shape, names or {}, set())


def _refusal(shape: Shape, names: Names, seen: set[RecordOf]) -> str | None:
    inner = functools.partial(_first_refusal, names=names, seen=seen)
    match shape:
        case Atom() | MemberOf():
            return None
        case TupleOf(items):
            return inner(items)
        case OptionOf(item):
            return inner((item,))
        case SeqOf() | MapOf():
            return _refusal_of_many(shape, names, inner)
        case UnionOf(items):
            return _refusal_of_union(items) or inner(items)
        case EnumOf(kind):
            return None if list(kind) else f"{kind.__name__} has no members"
        case RecordOf():
            return _refusal_of_fields(shape, names, seen)
        case ClassOf(kind):
            return f"{kind.__name__} has no bincode form; {_USE}"
        case Opaque(annotation, why):
            return f"{_text(annotation)} {why}, so its bincode form is not known; {_USE}"


_USE = "use int, float, bool, str, bytes, tuples, lists, dicts, enums or dataclasses"
MOST_RECORDS = 256
MOST_DEPTH = 64
Inner: TypeAlias = Callable[[tuple["Shape", ...]], str | None]


def _text(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _first_refusal(shapes: Iterable[Shape], names: Names, seen: set[RecordOf]) -> str | None:
    return next((why for shape in shapes if (why := _refusal(shape, names, seen))), None)


def _refusal_of_many(shape: SeqOf | MapOf, names: Names, inner: Inner) -> str | None:
    items = (shape.item,) if isinstance(shape, SeqOf) else (shape.key, shape.value)
    # without a byte per item a length could not be held against the bytes that are there
    empty = "a collection of values that take no bytes has no safe bincode form"
    return inner(items) or (None if any(least_bytes(item, names) for item in items) else empty)


def least_bytes(shape: Shape, names: Names | None = None) -> int:
    """Count the bytes that any value of a shape takes in bincode at the least.

    >>> least_bytes(TupleOf((Atom(int, "h"), Atom(str))))
    10
    """
    return _least(shape, names or {}, frozenset())


def _least(shape: Shape, names: Names, seen: frozenset[RecordOf]) -> int:
    match shape:
        case Atom(kind, code):
            return struct.calcsize("<" + code) if code else 0 if kind is types.NoneType else 8
        case TupleOf(items):
            return sum(_least(item, names, seen) for item in items)
        case SeqOf() | MapOf():
            return 8
        case OptionOf():
            return 1
        case RecordOf() if shape not in seen:
            return sum(_least(field, names, seen | {shape}) for _, field in fields_of(shape, names))
        case _:
            return 0 if isinstance(shape, RecordOf | ClassOf | Opaque) else 4


def _refusal_of_union(items: tuple[Shape, ...]) -> str | None:
    records = [item.type for item in items if isinstance(item, RecordOf)]
    if len(records) == len(items) == len(set(records)):
        return None
    return "a union has a bincode form only where each part is a dataclass of its own"


def _refusal_of_fields(shape: RecordOf, names: Names, seen: set[RecordOf]) -> str | None:
    if shape in seen:
        return None
    if len(seen) > MOST_RECORDS:
        return "its parts are of ever new types"
    seen.add(shape)
    for name, field in fields_of(shape, names):
        if why := _refusal(field, names, seen):
            return f"{shape.type.__name__}.{name}: {why}"
    return None


def infer_type(value: object) -> Any | None:
    """Give the annotation of a value's type, or None where the value does not tell (an empty list, a bare None).

    >>> infer_type([("a", 1), ("b", None)])
    list[tuple[str, int | None]]
    >>> infer_type([]) is None
    True
    """
    return type_of_literal([value])


def type_of_literal(values: Iterable[object]) -> Any | None:
    """Give the annotation that all these values have in common, or None if there is none.

    >>> type_of_literal([1, 2]), type_of_literal([1, "a"])
    (<class 'int'>, None)
    """
    shape = infer_shape(list(values))
    return annotation_of(shape) if shape and is_complete(shape) else None


def infer_shape(values: Sequence[Any]) -> Shape | None:
    """Give the shape that all these values have, with `UNKNOWN` where none tells, or None if they differ.

    It looks at all values of one place at once, so that a long list costs little more than its `map(type, ...)`.

    >>> infer_shape([]) is UNKNOWN
    True
    """
    try:
        return _infer(values, 0)
    except _Differ:
        return None


class _Differ(Exception):  # noqa: N818 - it is not an error, only the way out of the recursion
    pass


def _infer(values: Sequence[Any], depth: int) -> Shape:
    kinds = {*map(type, values)}
    if types.NoneType in kinds:
        return OptionOf(_infer([value for value in values if value is not None], depth))
    if not kinds:
        return UNKNOWN
    if len(kinds) > 1 or depth > MOST_DEPTH:
        raise _Differ
    kind = kinds.pop()
    return ATOMS.get(kind) or _infer_many(kind, values, depth + 1) or _infer_one(kind, values)


def _infer_many(kind: type, values: Sequence[Any], depth: int) -> Shape | None:
    flat = chain.from_iterable
    if kind is tuple and len({*map(len, values)}) == 1:
        return TupleOf(tuple(_infer(column, depth) for column in zip(*values, strict=True)))
    if kind is tuple or kind in SEQUENCES:
        return SeqOf(kind, _infer([*flat(values)], depth))
    if kind is dict:
        insides = [*flat(value.values() for value in values)]
        return MapOf(_infer([*flat(values)], depth), _infer(insides, depth))
    return None


def _infer_one(kind: type, values: Sequence[Any]) -> Shape:
    if kind is MemberId:
        tags = {value.tag for value in values}
        return MemberOf(tags.pop() if len(tags) == 1 else "_")
    return _class(kind, (), kind)


def is_complete(shape: Shape) -> bool:
    """Whether nothing in a shape, down to the records, is unknown.

    >>> is_complete(SeqOf(list, UNKNOWN))
    False
    """
    match shape:
        case Opaque():
            return False
        case TupleOf(items) | UnionOf(items):
            return all(map(is_complete, items))
        case SeqOf(_, item) | OptionOf(item):
            return is_complete(item)
        case MapOf(key, value):
            return is_complete(key) and is_complete(value)
        case _:
            return True


def annotation_of(shape: Shape) -> Any:
    """Write a shape as an annotation.

    >>> annotation_of(SeqOf(tuple, Atom(int, "q")))
    tuple[int, ...]
    """
    match shape:
        case TupleOf(items):
            return tuple.__class_getitem__(tuple(map(annotation_of, items)))
        case SeqOf(kind, item):
            inside = annotation_of(item)
            return tuple.__class_getitem__((inside, ...)) if kind is tuple else types.GenericAlias(kind, inside)
        case MapOf(key, value):
            return types.GenericAlias(dict, (annotation_of(key), annotation_of(value)))
        case OptionOf(item):
            return annotation_of(item) | None
        case UnionOf(items):
            return Union[tuple(map(annotation_of, items))]
        case MemberOf(tag):
            return MemberId if tag == "_" else types.GenericAlias(MemberId, tag)
        case RecordOf(kind, args):
            return types.GenericAlias(kind, args) if args else kind
        case Opaque(annotation):
            return annotation
        case _:
            return shape.type
