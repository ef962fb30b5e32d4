"""Reads annotations; what it cannot see through becomes `Opaque` with the reason."""

from __future__ import annotations

import enum
import types
import typing
from typing import Annotated, Any, TypeVar, Union

from hydro_nb.schema.records import field_names, is_record
from hydro_nb.schema.shapes import (
    ATOMS,
    SEQUENCES,
    UNKNOWN,
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
)
from hydro_nb.types import Width
from hydro_nb.values import MemberId, tag_name


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
    return _container(kind, args, names, generic=origin is not None) or class_shape(kind, args, annotation)


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


def class_shape(kind: type[object], args: tuple[Any, ...], annotation: Any) -> Shape:
    """Read a class that is none of the built-in containers.

    >>> class_shape(complex, (), complex)
    ClassOf(type=<class 'complex'>)
    """
    if kind is MemberId:
        return MemberOf(_tag(args))
    if issubclass(kind, enum.Enum):
        return EnumOf(kind)
    if is_record(kind):
        return RecordOf(kind, args)
    if getattr(kind, "_is_protocol", False) or typing.is_typeddict(kind) or args or _abstract(kind):
        return Opaque(annotation, "has no fixed wire form")
    return ClassOf(kind)


def _abstract(kind: type[object]) -> bool:
    return kind.__module__ in ("collections.abc", "numbers")


def _tag(args: tuple[Any, ...]) -> str:
    tag = args[0] if args else None
    if isinstance(tag, typing.ForwardRef):
        return tag.__forward_arg__
    return tag_name(tag) if isinstance(tag, type | str) and tag is not types.NoneType else "_"


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
