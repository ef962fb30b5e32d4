"""A method that a collection lacks is answered with the one that leads on."""

import re

import pytest

from hydro_nb import CaptureError, FlowBuilder, GraphError, LocationError
from hydro_nb.testing import collect


def test_a_live_value_names_the_ways_to_look_at_it():
    total = FlowBuilder().process().source_iter([1]).fold(0, lambda a, n: a + n)
    with pytest.raises(AttributeError, match=r"'Singleton' object has no attribute 'for_each'\. .*\.sample_every"):
        total.for_each(print)


def test_keyed_elements_name_entries():
    pairs = FlowBuilder().process().source_iter([(1, 2)]).into_keyed()
    with pytest.raises(AttributeError, match=r"\.entries\(\) for pairs"):
        pairs.for_each(print)


def test_a_slip_is_answered_with_the_near_name():
    with pytest.raises(AttributeError, match="Did you mean `map`"):
        FlowBuilder().process().source_iter([1]).mapp(str)


def test_probing_for_protocols_stays_plain():
    numbers = FlowBuilder().process().source_iter([1])
    assert not hasattr(numbers, "__array__")
    assert not hasattr(numbers, "_repr_png_")


def test_an_asynchronous_function_is_refused_at_its_line():
    async def wait(n):
        return n

    with pytest.raises(CaptureError, match=r"asynchronous function `wait`[\s\S]*filter\(wait\)"):
        FlowBuilder().process().source_iter([1]).filter(wait)


def test_a_collection_inside_a_function_is_refused_where_it_is_used():
    numbers = FlowBuilder().process().source_iter([1])
    total = numbers.count()
    with pytest.raises(CaptureError, match=r"`total` cannot .* a handle on a Singleton[\s\S]*n \+ total[\s\S]*cross_s"):
        collect(numbers.map(lambda n: n + total), backend="inprocess")


def test_a_collection_as_the_start_of_a_fold_is_refused():
    numbers = FlowBuilder().process().source_iter([1])
    start = numbers.max()
    with pytest.raises(CaptureError, match=r"it is a handle on a Optional[\s\S]*numbers\.fold\(start"):
        collect(numbers.fold(start, lambda total, n: n), backend="inprocess")


def test_a_method_of_keyed_streams_names_into_keyed():
    pairs = FlowBuilder().process().source_iter([(1, 2)])
    with pytest.raises(AttributeError, match=r"Make it keyed first: \.into_keyed\(\)"):
        pairs.value_counts()


@pytest.mark.parametrize("build", [sum, list, lambda numbers: 1 in numbers])
def test_a_collection_cannot_be_gone_through_while_the_flow_is_built(build):
    numbers = FlowBuilder().process().source_iter([1])
    with pytest.raises(GraphError, match=r"this Stream has nothing in it while the flow is built[\s\S]*\.map\(f\)"):
        build(numbers)


def test_a_collection_is_no_source():
    process = FlowBuilder().process()
    with pytest.raises(GraphError, match="`source_iter` needs an iterable or a function that gives one"):
        process.source_iter(process.source_iter([1]))


def test_the_least_of_each_key_and_of_all_are_named():
    pairs = FlowBuilder().process().source_iter([(1, 2)]).into_keyed()
    with pytest.raises(AttributeError, match=r"Of each key: \.reduce\(max, .* of all: \.values\(\)\.max\(\)"):
        pairs.max()


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("flatmap", ".flat_map_ordered(f)"), ("group_by", ".into_keyed()"), ("collect", "hydro_nb.testing.collect(")],
)
def test_the_names_of_other_libraries_lead_to_ours(theirs, ours):
    numbers = FlowBuilder().process().source_iter([1])
    for stream in (numbers, numbers.map(lambda n: (n, n)).into_keyed()):
        with pytest.raises(AttributeError, match=re.escape(ours)):
            getattr(stream, theirs)


def test_a_function_that_was_called_already_is_told_apart():
    with pytest.raises(CaptureError, match=r"was given None\.[\s\S]*`print` and not `print\(\.\.\.\)`"):
        FlowBuilder().process().source_iter([1]).for_each([].sort())


def test_the_start_of_a_fold_comes_first():
    with pytest.raises(CaptureError, match=r"called with 0 arguments[\s\S]*What `fold` is given first makes the start"):
        FlowBuilder().process().source_iter([1]).fold(lambda total, n: total + n, 0)


def test_two_places_are_named_before_what_else_is_missing():
    flow = FlowBuilder()
    numbers, other = flow.process().source_iter([1]), flow.process()
    with pytest.raises(LocationError, match="both collections at one place"):
        numbers.merge_unordered(numbers.send(other))


def test_a_sum_names_the_fold():
    with pytest.raises(AttributeError, match=r"has no attribute 'sum'\. Use \.fold\("):
        FlowBuilder().process().source_iter([1]).sum()


def test_a_collection_instead_of_a_function_is_named_in_one_line():
    numbers = FlowBuilder().process().source_iter([1])
    with pytest.raises(CaptureError, match=r"given Singleton\[int, Process\[None\], Bounded\]\.\n"):
        numbers.filter(numbers.count())
