"""Structs of a notebook are the same on every process."""

import pickle

import msgspec
import pytest

from hydro_nb.compile.payload import dump

CELL = """
from typing import Generic, TypeVar
import msgspec

T = TypeVar("T")


class Base(msgspec.Struct, frozen=True, tag="base"):
    x: int
    tags: list[str] = msgspec.field(default_factory=list)

    def doubled(self):
        return Base(self.x * 2, self.tags)


class Derived(Base, tag="derived", rename="camel", kw_only=True):
    long_name: str = "none"

    def __post_init__(self):
        if self.x < 0:
            raise ValueError("below zero")

    @property
    def loud(self):
        return self.long_name.upper()


class Tree(msgspec.Struct):
    value: int
    children: "list[Tree]" = []

    def total(self):
        return self.value + sum(child.total() for child in self.children)


class Box(msgspec.Struct, Generic[T], order=True):
    held: T
"""
NOTEBOOK = {"__name__": "__main__"}
exec(CELL, NOTEBOOK)


def again(*names):
    return pickle.loads(dump({name: NOTEBOOK[name] for name in names}, {})).values()


def test_fields_defaults_and_methods_are_there():
    (kind,) = again("Base")
    assert kind is not NOTEBOOK["Base"]
    assert kind(2).doubled() == kind(4)
    assert kind(1).tags is not kind(1).tags
    assert msgspec.json.encode(kind(1, ["a"])) == msgspec.json.encode(NOTEBOOK["Base"](1, ["a"]))
    with pytest.raises(AttributeError):
        kind(1).x = 2


def test_a_derived_struct_keeps_names_checks_and_properties():
    base, derived = again("Base", "Derived")
    assert issubclass(derived, base)
    assert derived(1, long_name="abc").loud == "ABC"
    assert msgspec.json.encode(derived(1)) == msgspec.json.encode(NOTEBOOK["Derived"](1))
    with pytest.raises(ValueError, match="below zero"):
        derived(-1)
    with pytest.raises(TypeError):
        derived(1, [], "by position")


def test_a_struct_that_speaks_of_itself_and_a_generic_one():
    tree, box = again("Tree", "Box")
    assert tree(1, [tree(2), tree(3)]).total() == 6
    assert box[int](1) < box(2)
