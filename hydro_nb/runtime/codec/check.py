"""Holds a tree of columns against the declared shape: a look per column, whatever the number of values.

What a type checker accepts fits: a `bool` or an enum's int where `int` is declared, an `int` where `float` is; such
values stay what they are. What says nothing, or cannot be told apart by columns, fits everything.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from operator import call
from typing import Any, cast

from hydro_nb import schema
from hydro_nb.errors import DecodeError
from hydro_nb.runtime.codec import nodes
from hydro_nb.runtime.codec.classes import Classes, name_of
from hydro_nb.runtime.codec.extras import BY_NAME
from hydro_nb.runtime.codec.paths import text_of
from hydro_nb.schema import Atom, ClassOf, EnumOf, MapOf, MemberOf, Opaque, OptionOf, RecordOf, SeqOf, Shape, TupleOf
from hydro_nb.values import MemberId

LEAVES: dict[type, type] = {
    nodes.Ints: int,
    nodes.BigInts: int,
    nodes.Floats: float,
    nodes.Truths: bool,
    nodes.Texts: str,
    nodes.RawTexts: str,
    nodes.Blobs: bytes,
    nodes.Tuples: tuple,
    nodes.Maps: dict,
}
COLLECTIONS = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset, "None": type(None)}
WIDER: dict[type, tuple[type, ...]] = {float: (float, int), complex: (complex, float, int)}


Test = Callable[[Any], bool]
APPLY: Callable[[Test, nodes.Node], bool] = cast("Any", call)


class Check:
    """One declared shape, with the classes by which its columns name records."""

    def __init__(self, shape: Shape, classes: Classes, names: schema.Names) -> None:
        self.shape, self.names, self._classes = shape, names, classes
        self._fields = functools.cache(functools.partial(schema.fields_of, names=names))
        self._test = functools.cache(self._make_test)
        self._field_tests = functools.cache(self._make_field_tests)
        self._first = self._test(shape)

    @property
    def declared(self) -> str:
        """The shape as its annotation's text."""
        return text_of(self.shape)

    def accepts(self, node: nodes.Node) -> bool:
        """Whether all values of a batch are of the declared type."""
        return self._first(node)

    def require(self, node: nodes.Node) -> None:
        """Refuse a frame whose values are not of the declared type."""
        if not self._first(node):
            raise DecodeError(
                f"its values are not of the declared type {self.declared}: {self._misfit(node, self.shape)}"
            )

    def _misfit(self, node: nodes.Node, shape: Shape, path: str = "") -> str:
        """Say where the first column stands that does not fit, and what it is."""
        for suffix, column, inner in self._columns(node, shape):
            if not self.fits(column, inner):
                return self._misfit(column, inner, path + suffix)
        found = self._type(node)
        what = found.__name__ if found else type(node).__name__
        return f"`{path}` of an element is {what}, not {text_of(shape)}" if path else f"an element is {what}"

    def _columns(self, node: nodes.Node, shape: Shape) -> Iterator[tuple[str, nodes.Node, Shape]]:
        """Give the columns within one, as far as it is what its shape says, with their own shapes."""
        match node, shape:
            case nodes.Mixed(_, columns), _:
                yield from (("", column, shape) for column in columns)
            case _, OptionOf(item):
                yield "", node, item
            case nodes.Tuples(columns), TupleOf(items) if len(columns) == len(items):
                yield from ((f"[{at}]", *pair) for at, pair in enumerate(zip(columns, items, strict=True)))
            case nodes.Records(kind, columns), RecordOf() if kind == name_of(shape.type):
                yield from (
                    (f".{name}", column, item)
                    for column, (name, item) in zip(columns, self._fields(shape), strict=False)
                )
            case nodes.Lists(_, _, items), SeqOf(_, item) if self._fits_type(node, shape):
                yield "[...]", items, item
            case nodes.Tuples(columns), SeqOf(_, item) if self._fits_type(node, shape):
                yield from (("[...]", column, item) for column in columns)
            case nodes.Maps(_, keys, values), MapOf(key, value):
                yield from ((" key", keys, key), ("[...]", values, value))
            case _:
                return

    def fits(self, node: nodes.Node, shape: Shape) -> bool:
        """Whether all values of a column may stand where this shape is declared."""
        return self._test(shape)(node)

    def _make_test(self, shape: Shape) -> Test:
        """Give the test of a shape: a look-up for the columns that fit at first sight, and for the rest `_fits_else`.

        A batch of one element is common and must not cost much more than its bytes.
        """
        otherwise = functools.partial(self._fits_else, shape=shape)
        match shape:
            case Atom(kind):
                leaves = {node for node, leaf in LEAVES.items() if issubclass(leaf, WIDER.get(kind, (kind,)))}
                return lambda node: type(node) in leaves or otherwise(node)
            case TupleOf(items) if items:
                tests = [*map(self._test, items)]
                return lambda node: _all(tests, node.columns) if type(node) is nodes.Tuples else otherwise(node)
            case RecordOf(kind):
                return self._record_test(shape, name_of(kind), otherwise)
            case _:
                return otherwise

    def _make_field_tests(self, record: RecordOf) -> list[Test]:
        return [self._test(field) for _, field in self._fields(record)]

    def _record_test(self, shape: RecordOf, name: str, otherwise: Test) -> Test:
        def test(node: nodes.Node) -> bool:
            if type(node) is not nodes.Records or node.kind != name or self._classes.find(name) is not shape.type:
                return otherwise(node)
            # only now: a record may contain itself
            return _all(self._field_tests(shape), node.columns)

        return test

    def _fits_else(self, node: nodes.Node, shape: Shape) -> bool:
        if isinstance(node, nodes.Empty) or isinstance(shape, Opaque):
            return True
        if isinstance(node, nodes.Mixed):
            return all(self.fits(column, shape) for column in node.columns)
        if isinstance(shape, OptionOf):
            return self._type(node) is type(None) or self.fits(node, shape.item)
        if isinstance(shape, schema.UnionOf):
            return self._fits_some(node, shape.items)
        return self._fits_type(node, shape) and self._fits_parts(node, shape)

    def _fits_some(self, node: nodes.Node, shapes: tuple[Shape, ...]) -> bool:
        # two tuples of one union may share a column, so their items cannot be told apart
        alike = [shape for shape in shapes if isinstance(shape, Opaque | OptionOf) or self._fits_type(node, shape)]
        return len(alike) > 1 or any(self.fits(node, shape) for shape in alike)

    def _type(self, node: nodes.Node) -> type | None:
        if isinstance(node, nodes.Records | nodes.Members):
            return self._classes.find(node.kind)
        if isinstance(node, nodes.Units | nodes.Lists):
            return COLLECTIONS.get(node.kind) or self._classes.find(node.kind)
        if isinstance(node, nodes.Extras):
            return BY_NAME[node.kind].type
        return LEAVES.get(type(node))

    def _fits_type(self, node: nodes.Node, shape: Shape) -> bool:
        declared = declared_type(shape)
        found = self._type(node)
        # of numpy's own values only numpy knows the bases; a float64 is a float
        return found is None or issubclass(found, WIDER.get(declared, (declared,)))

    def _fits_parts(self, node: nodes.Node, shape: Shape) -> bool:
        match node, shape:
            case ((nodes.Units(_, "tuple") | nodes.Lists()), TupleOf(items)):
                return isinstance(node, nodes.Units) and not items
            case nodes.Tuples(columns), SeqOf():
                return all(self.fits(column, shape.item) for column in columns)
            case nodes.Lists(), SeqOf():
                return self.fits(node.items, shape.item)
            case nodes.Maps(), MapOf():
                return self.fits(node.keys, shape.key) and self.fits(node.values, shape.value)
            case _:
                # a subclass's fields have declarations of their own, which its columns need not repeat
                return True


def _all(tests: list[Test], columns: list[nodes.Node]) -> bool:
    return len(tests) == len(columns) and all(map(APPLY, tests, columns))


def declared_type(shape: Shape) -> type:
    """Give the class that values of a shape are instances of.

    >>> declared_type(TupleOf(()))
    <class 'tuple'>
    """
    match shape:
        case TupleOf():
            return tuple
        case MapOf():
            return dict
        case MemberOf():
            return MemberId
        case Atom() | SeqOf() | EnumOf() | RecordOf() | ClassOf():
            return shape.type
        case _:
            return object
