"""Loops that Python runs in C do what they do when it runs them itself, and fail alike."""

from __future__ import annotations

import math
from typing import Any

import pytest
from expressions import GLOBALS, LOG, OUT, Told
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from splicing import define
from test_called_law import fused, located, simply_called, stream_of

from hydro_nb.compile.program import compile_flow
from hydro_nb.compile.recognised import Recognised
from hydro_nb.runtime.counted import add_up, count_each, count_words

SPLIT = "flat_map_ordered(lambda x: x.split())"
PAIRS = "map(lambda x: (x, 1)).into_keyed()"
FORMS = {
    "add_up": [f"fold({init}, lambda t, x: t + x).into_stream()" for init in ("0", "True")],
    "count_each": [f"{PAIRS}.{end}.entries()" for end in ("value_counts()", "fold(0, lambda n, x: n + x)")],
    "count_words": [f"{SPLIT}.{PAIRS}.{end}.entries()" for end in ("value_counts()", "reduce(lambda n, x: n + x)")],
    "max": ["max().into_stream()"],
    "min": ["min().into_stream()"],
}
CALLS = [(name, form) for name, forms in FORMS.items() for form in forms]
numbers = st.one_of(st.integers(-9, 9), st.integers(2**62, 2**64), st.floats(), st.booleans())
words = st.text("ab \n\u2009\x1c", max_size=6)
odd = st.one_of(st.integers(-3, 3).map(Told), st.lists(st.integers(), max_size=1), st.none(), st.just(1j))
kinds = [st.one_of(kind, kind, kind, other) for kind in (numbers, words) for other in (kind, odd)]
data = st.one_of([st.lists(kind, max_size=40) for kind in kinds])


def cell_of(form: str) -> dict[str, Any]:
    return define(f"def build(s):\n    return s.{form}\n", **GLOBALS)


@pytest.mark.parametrize(("name", "form"), CALLS)
def test_it_is_recognised(name, form):
    source = compile_flow(stream_of(cell_of(form), []).flow.graph).locations[0].source
    assert f"{name}(" in source


@pytest.mark.parametrize("init", ["lambda: 0", "int"])
@pytest.mark.parametrize(("name", "form"), [(name, form) for name, form in CALLS if "fold(0," in form])
def test_a_factory_of_a_number_is_as_good_as_the_number(name, form, init):
    """The form that Hydro has: a function makes the start."""
    stream = stream_of(cell_of(form.replace("fold(0,", f"fold({init},")), [2, 3])
    source = compile_flow(stream.flow.graph).locations[0].source
    assert source == compile_flow(stream_of(cell_of(form), [2, 3]).flow.graph).locations[0].source.replace(
        form, form.replace("fold(0,", f"fold({init},")
    )
    assert f"{name}(" in source


@pytest.mark.parametrize("form", [form for _, form in CALLS])
@given(items=data)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_does_what_functions_do_when_called(form, items):
    cell = cell_of(form)
    called = simply_called(cell, items)
    found = fused(cell, items)
    assert (found.error, found.done, found.out) == (called.error, called.done, called.out)


def problem(cell: dict[str, Any], items: list[Any]) -> Any:
    """Give what is said of a failure, with the state that was left."""
    location = located(stream_of(cell, items))
    location.start()
    try:
        while location.step():
            pass
    except Exception as error:  # noqa: BLE001 - whatever is raised is told
        told = location.problem(error, 0)
        return told.error, told.op, told.site.text, told.element, LOG.done
    return OUT.done, LOG.done


@pytest.mark.parametrize("form", [form for _, form in CALLS if "max" not in form and "min" not in form])
@given(items=data.filter(lambda items: not any(isinstance(item, Told) for item in items)))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_failure_is_told_alike(form, items):
    cell = cell_of(form)
    found = problem(cell, items)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recognised, "write", lambda *_: None)
        assert problem(cell, items) == found


@pytest.mark.parametrize("name", ["max", "min"])
def test_the_element_that_cannot_be_compared_is_told(name):
    told = problem(cell_of(f"{name}().into_stream()"), [3, 5, "a", 4])
    assert told[1:4] == (name, f"return s.{name}().into_stream()", "'a'")


def test_what_is_neither_smaller_nor_larger_stays_where_it_came_first():
    cell = cell_of("max().into_stream()")
    items = [1.0] * 16 + [math.nan, 3.0]
    assert fused(cell, items).out == "3.0\n"
    assert fused(cell, [math.nan, *items]).out == "nan\n"


def test_what_is_left_is_left_to_the_loop():
    table: dict[Any, int] = {}
    assert list(count_each(table, iter(["a", "b", "a", [], "b"]))) == [[], "b"]
    assert table == {"a": 2, "b": 1}
    assert list(count_words(table, ["a a", 1, "a"])) == ["a a", 1, "a"]


@pytest.mark.parametrize(
    ("total", "items", "error"),
    [
        (2**63, [1, 2, True], None),
        (0, [0.1] * 10, None),
        (0, [1e100, 1, -1e100], None),
        (0, [1 + 2j, 0.1, 0.2], None),
        (0, [0.1] * 10 + [[]], TypeError),
        (1, [0.5, 10**400, 2], OverflowError),
        (1, [2, "a", 3], TypeError),
        ("a", ["b"], None),
    ],
)
def test_what_is_added_up_and_what_the_loop_adds_make_what_the_loop_makes(total, items, error):
    whole, left = in_turn(*add_up(total, items)), in_turn(total, items)
    assert (whole, whole[1]) == (left, error)


def in_turn(total: Any, items: Any) -> tuple[Any, type[Exception] | None]:
    """Add what is left, one after the other, up to what cannot be added."""
    for item in items:
        try:
            total = total + item
        except (TypeError, OverflowError) as error:
            return total, type(error)
    return total, None


def test_whole_numbers_are_added_up_at_once():
    assert add_up(2**63, [1, 2, True]) == (2**63 + 4, ())
