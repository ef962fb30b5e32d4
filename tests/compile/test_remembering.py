"""Functions and properties that remember results travel without what they remember."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cloudpickle
import pytest

from hydro_nb import FlowBuilder
from hydro_nb.compile.payload import dump

SECONDS = 30


def defined(source):
    """Give what a cell defines, as `__main__` has it."""
    names = {"__name__": "__main__", "functools": functools, "dataclass": dataclass}
    exec(source, names)
    return names


def carried(value):
    return cloudpickle.loads(dump({"value": value}, {}))["value"]


def test_a_function_that_calls_itself_remembers_nothing_but_goes_on_remembering():
    fib = defined("@functools.cache\ndef fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)")["fib"]
    assert fib(20) == 6765
    again = carried(fib)
    assert again.cache_info().currsize == 0
    assert again(80) == 23416728348467685
    assert (again.cache_info().currsize, again.__name__) == (81, "fib")
    assert again.__wrapped__.__globals__["fib"] is again


@pytest.mark.parametrize("settings", [{"maxsize": 3, "typed": True}, {"maxsize": None, "typed": False}])
def test_how_much_is_remembered_stays(settings):
    twice = functools.lru_cache(**settings)(lambda n: 2 * n)
    assert carried(twice).cache_parameters() == settings


def test_so_do_attributes_that_it_was_given():
    twice = functools.cache(lambda n: 2 * n)
    twice.unit = "seconds"
    again = carried(twice)
    assert (again.unit, again(2), again.__wrapped__(2)) == ("seconds", 4, 4)


def test_so_do_methods_and_properties():
    source = """
class Item:
    def __init__(self, size):
        self.size, self.asked = size, 0
    @functools.cached_property
    def double(self):
        self.asked += 1
        return 2 * self.size
    @functools.lru_cache(maxsize=4)
    def times(self, n):
        return n * self.size
"""
    item = carried(defined(source)["Item"](3))
    assert (item.double, item.double, item.asked, item.times(5)) == (6, 6, 1, 15)


def test_what_a_module_has_is_carried_by_its_name():
    assert carried(remembered) is remembered


@functools.cache
def remembered(n):
    return n


def test_a_flow_may_use_them_and_send_what_they_make():
    made = defined("@dataclass\nclass Item:\n    size: int\n@functools.cache\ndef make(n):\n    return Item(n)")
    flow = FlowBuilder()
    first, second = flow.process(), flow.process()
    first.source_iter([1, 2, 1]).map(made["make"]).send(second).map(lambda item: item.size).for_each(print)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        assert [line.text for line in deployment.logs()] == ["1", "2", "1"]


def test_so_does_a_kind_of_property_that_is_the_users_own():
    source = """
class Twice(functools.cached_property):
    def __get__(self, item, kind=None):
        return 2 * super().__get__(item, kind)
class Item:
    @Twice
    def size(self):
        'How large.'
        return 21
"""
    item = carried(defined(source)["Item"]())
    made = vars(type(item))["size"]
    assert (item.size, made.attrname, made.__doc__) == (42, "size", "How large.")
