"""Handles on live values: read and changed in the order in which operators were called."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import pytest

from hydro_nb import (
    Bounded,
    BoundError,
    FlowBuilder,
    GraphError,
    HydroError,
    LocationError,
    ProofError,
    Singleton,
    Stream,
    nondet,
    proof,
    sliced,
)
from hydro_nb.testing import collect


@pytest.fixture
def leader():
    return FlowBuilder("refs").process()


@pytest.fixture
def message():
    """Give the text of the error that a call raises."""

    def of(call):
        with pytest.raises(HydroError) as caught:
            call()
        return str(caught.value)

    return of


def in_process(collection):
    return collect(collection, backend="inprocess")


def test_all_of_one_access_before_any_of_the_next(leader):
    numbers = leader.source_iter([1, 2, 3])
    total = leader.singleton(0)
    box = total.by_mut()

    def add(n: int) -> int:
        box.value += n
        return n

    added = numbers.map(add)
    assert in_process(added.map(lambda n: (n, box.value))) == [(1, 6), (2, 6), (3, 6)]


def test_program_order_not_order_of_use(leader):
    total = leader.singleton(1)
    box, seen = total.by_mut(), total.by_ref()
    before = leader.source_iter(["before"]).map(lambda word: (word, seen.value))

    def double(_: int) -> None:
        box.value *= 2

    leader.source_iter([0, 0, 0]).for_each(double)
    after = leader.source_iter(["after"]).map(lambda word: (word, seen.value))
    assert in_process(after.chain(before)) == [("after", 8), ("before", 1)]


def test_uses_that_are_no_references_keep_their_turn(leader):
    total = leader.singleton(1)
    before = total.map(lambda n: ("before", n))
    box = total.by_mut()

    def add(n: int) -> None:
        box.value += n

    leader.source_iter([10]).for_each(add)
    after = total.map(lambda n: ("after", n))
    assert in_process(before.into_stream().chain(after.into_stream())) == [("before", 1), ("after", 11)]


def test_an_optional_is_none_where_it_is_empty(leader):
    empty = leader.source_iter([1]).filter(lambda n: n > 1).reduce(max)
    box = empty.by_mut()
    assert in_process(leader.source_iter([0]).map(lambda _: box.value)) == [None]

    def fill(n: int) -> None:
        box.value = n

    leader.source_iter([7]).for_each(fill)
    assert in_process(empty.into_stream()) == [7]


def test_a_function_that_is_called_not_spliced(leader):
    total = leader.singleton(5)
    held = total.by_ref()

    def helper(n):
        return n + held.value

    assert in_process(leader.source_iter([1, 2]).map(lambda n: [helper(each) for each in (n,)])) == [[6], [7]]


def test_in_processes_of_the_operating_system(leader, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    numbers = leader.source_iter([1, 2, 3])
    biggest = numbers.reduce(max).by_ref()
    assert collect(numbers.filter(lambda n: n < biggest.value)) == [1, 2]


def test_changes_reach_the_next_slice(leader):
    numbers_in, numbers = leader.sim_input(int)
    with sliced() as s:
        batch = s.batch(numbers, nondet("the sum is the same"))
        total = s.state(0)
        box = total.by_mut()

        def add(n: int) -> int:
            box.value += n
            return n

        batch.for_each(add)
        now = s.emit(total.into_stream())
    out = now.sim_output()
    seen = set()

    async def body():
        numbers_in.send_many([1, 2])
        seen.add(tuple(await out.collect()))

    leader.flow.sim().exhaustive(body)
    assert seen == {(3,), (1, 3)}


def test_changes_without_order_need_a_proof(leader):
    box = leader.singleton(0).by_mut()

    def add(n: int) -> None:
        box.value += n

    loose = leader.source_iter([1, 2]).weaken_ordering()
    with pytest.raises(ProofError, match="commutative"):
        loose.inspect(add)
    loose.inspect(add, commutative=proof("addition commutes"))


def test_at_the_same_place_and_moment(leader):
    held = leader.singleton(0).by_ref()
    other = leader.flow.process().source_iter([1])
    with pytest.raises(LocationError, match="reference"):
        other.map(lambda n: n + held.value)
    batch = leader.source_iter([1]).batch(leader.tick(), nondet("any"))
    with pytest.raises(LocationError, match="reference"):
        batch.map(lambda n: n + held.value)
    with pytest.raises(BoundError, match="bounded input"):
        leader.source_stream(lambda: iter([1])).map(lambda n: n + held.value)
    with pytest.raises(BoundError, match="bounded"):
        leader.source_stream(lambda: iter([1])).count().by_ref()


def test_no_value_before_the_flow_runs(leader):
    held = leader.singleton(0).by_ref()
    with pytest.raises(GraphError, match="only while the flow runs"):
        _ = held.value


def test_only_a_mutable_one_is_assigned(leader):
    held = leader.singleton(0).by_ref()
    with pytest.raises(GraphError, match=r"only reads[\s\S]*by_mut"):
        held.value = 1


def test_wherever_a_function_keeps_it(leader):
    numbers = leader.source_iter([1, 2])
    held = numbers.count().by_ref()

    class Sharing:
        def __init__(self, among) -> None:
            self.among = among

        def __call__(self, n: int) -> float:
            return n / self.among.value

        def share(self, n: int) -> float:
            return self(n)

    sharing, in_a_list, by_name = Sharing(held), [held], {"total": held}

    def default(n: int, among=held) -> float:
        return n / among.value

    def keyword(n: int, *, among=held) -> float:
        return n / among.value

    def divided(among, n: int) -> float:
        return n / among.value

    functions = (
        default,
        keyword,
        partial(divided, held),
        sharing,
        sharing.share,
        lambda n: sharing.share(n) + 0,
        lambda n: n / in_a_list[0].value,
        lambda n: n / by_name["total"].value,
    )
    for function in functions:
        assert in_process(numbers.map(function)) == [0.5, 1.0]


def test_an_attribute_that_is_called_like_a_handle_is_none(leader):
    namespace = {"total": leader.source_iter([1]).count().by_ref()}
    function = eval("lambda row: row.total", namespace)
    rows = leader.flow.process().source_iter([SimpleNamespace(total=3)])
    assert in_process(rows.map(function)) == [3]


def test_one_list_for_all_references_to_a_stream(leader):
    numbers = leader.source_iter([1, 2])
    seen, box = numbers.by_ref(), numbers.by_mut()

    def append(n: int) -> None:
        box.value.append(n)

    leader.source_iter([9]).for_each(append)
    assert in_process(leader.source_iter(["all"]).map(lambda word: (word, *seen.value))) == [("all", 1, 2, 9)]


def test_changes_of_kept_elements_reach_the_next_slice(leader):
    numbers_in, numbers = leader.sim_input(int)
    with sliced() as s:
        batch = s.batch(numbers, nondet("all are kept"))
        kept = s.state_null(Stream, of=int)
        box = kept.by_mut()

        def append(n: int) -> None:
            box.value.append(n)

        batch.for_each(append)
        out = s.emit(kept).sim_output()
    seen = set()

    async def body():
        numbers_in.send_many([1, 2])
        seen.add(tuple(await out.collect()))

    leader.flow.sim().exhaustive(body)
    assert seen == {(1, 2), (1, 1, 2)}


def test_functions_that_are_called_before_there_is_a_value(leader, message):
    numbers = leader.source_iter([1])
    total = numbers.count().by_ref()
    for call in (
        lambda: leader.singleton(lambda: total.value),
        lambda: leader.source_iter(lambda: [total.value]),
        lambda: numbers.fold(lambda: total.value, lambda so_far, n: so_far + n),
    ):
        assert "a function without references, as it is called before" in message(call)
    sums = numbers.map(lambda n: ("a", n)).into_keyed().fold(lambda: total.value, lambda so_far, n: so_far + n)
    assert in_process(sums) == [{"a": 2}]


def test_a_value_that_is_made_of_what_reads_it(leader, message):
    handle, count = leader.forward_ref(Singleton, of=int, bound=Bounded)
    held = count.by_ref()
    more = leader.source_iter([1, 2]).map(lambda n: n + held.value)
    handle.complete(more.count())
    assert message(lambda: in_process(more)).startswith("these operators wait for each other through the references")


def test_lines_that_cannot_run_in_their_order(leader, message):
    box = leader.singleton(0).by_mut()
    handle, later = leader.forward_ref(Stream, of=int, bound=Bounded)

    def add(n: int) -> int:
        box.value += n
        return n

    added = later.map(add)
    handle.complete(leader.source_iter([1]).map(add))
    text = message(lambda: in_process(added))
    assert "added = later.map(add)" in text
    assert "handle.complete(leader.source_iter([1]).map(add))" in text
