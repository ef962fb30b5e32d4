"""`on_error="skip"`: an element that a function fails on is counted, kept, told of and left out, and no other is."""

from __future__ import annotations

import asyncio
import inspect
import re
import sys
import textwrap
from typing import Any

import pytest
from naive.flows import look
from naive.skipping import SKIPPING, SKIPPING_IN_TICKS, fails

from hydro_nb import (
    FlowBuilder,
    GraphError,
    HydroError,
    KeyedSingleton,
    KeyedStream,
    NoOrder,
    Optional,
    Process,
    ProcessFailed,
    SimulationFailure,
    Singleton,
    Stream,
    Tick,
    inplace,
    nondet,
    proof,
)
from hydro_nb.errors import Site
from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Shape
from hydro_nb.ir.same import same_value
from hydro_nb.runtime.skipped import KEPT

SHOWN = {"commutative": proof("shown")}
DATA = list(range(10))


@pytest.fixture(autouse=True)
def _own_state_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


class Leader: ...


class Worker: ...


@pytest.fixture
def leader():
    return FlowBuilder("skips").process(Leader)


def settled(flow: FlowBuilder, backend: Any = "inprocess", **given: Any) -> Any:
    """Run a flow until nothing is left to do, and give its deployment, which has stopped."""
    with flow.deploy(backend=backend, **given) as deployment:
        deployment.settle()
    return deployment


def printed(deployment: Any) -> list[str]:
    return [line.text for line in deployment.logs() if line.stream == "stdout"]


def inverse(n: int) -> int:
    return 12 // n


# ---------------------------------------------------------------- who has it

CLASSES = (Stream, KeyedStream, Singleton, Optional, KeyedSingleton, Process, Tick)
NO_ELEMENT = {
    "across_ticks": "it is called while the flow is built",
    "dest_sink": "what it makes is gone once it has failed",
    "optional_first_tick": "it makes the value of the first tick",
    "source_interval": "it gives the time between two beats",
    "source_interval_delayed": "it gives the time between two beats",
    "source_iter": "it makes the source",
    "source_stream": "it makes the source, which is at its end once it has failed",
    "unwrap_or_default": "it makes what is there in place of a value",
}
"""methods whose function is not called with an element, and what it does instead"""
OLDER = re.compile(r"(fold|reduce)_(keyed|commutative|idempotent)")
BY_NAME = {"for_each", "resolve_futures", "resolve_futures_ordered", "resolve_futures_blocking"}
"""methods with tests of their own in this file"""


def methods(word: str) -> set[tuple[type, str]]:
    """Give the methods with a parameter whose annotation has this word."""
    found: set[tuple[type, str]] = set()
    for cls in CLASSES:
        for name in (each for each in dir(cls) if not each.startswith("_") and callable(getattr(cls, each))):
            parameters = inspect.signature(getattr(cls, name)).parameters.values()
            found |= {(cls, name) for each in parameters if re.search(word, str(each.annotation))}
    return found


def test_who_takes_a_function_says_what_becomes_of_a_failure():
    without = methods(r"\b(Callable|Stepping|Inplace)\b") - methods("OnError|NoSkip")
    assert {name for _, name in without} == set(NO_ELEMENT)


STAYS = "stays changed|the items that came before\\s+stay"
KEEPING = {"fold", "fold_early_stop", "reduce", "reduce_watermark", "scan", "generator", "scan_async_blocking"}
GIVING = {"flat_map_ordered", "flat_map_unordered", "flatten_ordered", "flatten_unordered"}
"""methods of which something may stay of an element that is left out"""


def test_what_stays_of_an_element_that_is_left_out_is_said_where_something_does():
    said = [(cls, name) for cls, name in methods("OnError") if name in KEEPING | GIVING]
    assert [each for each in said if not re.search(STAYS, getattr(*each).__doc__ or "")] == []
    assert {name for _, name in said} >= KEEPING


def test_live_values_have_the_keyword_to_say_why_not():
    assert {cls for cls, _ in methods("NoSkip")} == {Singleton, Optional, KeyedSingleton}


def test_every_method_that_can_skip_is_among_the_steps():
    steps = [step for table in (SKIPPING, SKIPPING_IN_TICKS) for named in table.values() for step in named.values()]
    called = {name for step in steps for name in step.__code__.co_names}
    names = {name for _, name in methods("OnError") if not OLDER.match(name)}
    assert names - BY_NAME <= called


def test_older_names_have_it_too(leader):
    pairs = leader.source_iter([("a", 1), ("a", 0), ("b", 0), ("a", 4)])
    folded = pairs.fold_keyed(0, lambda total, n: total + inverse(n), on_error="skip")
    reduced = pairs.weaken_ordering().reduce_keyed_commutative(lambda one, n: one + inverse(n), on_error="skip")
    assert folded.preview().rows == [("a", 15)]
    assert sorted(reduced.preview().rows) == [("a", 4), ("b", 0)]


# ---------------------------------------------------------------- what is counted

PLAIN = [
    (shape, name) for shape, table in SKIPPING.items() for name in table if name not in ("fold_early_stop", "reduce")
]


@pytest.mark.parametrize(("shape", "name"), PLAIN, ids=str)
def test_each_element_that_a_function_fails_on_is_counted_once(shape, name):
    flow = FlowBuilder()
    stream = flow.process().source_iter(DATA)
    stream = stream if shape is Shape.STREAM else stream.map(lambda n: (n % 2, n)).into_keyed()
    made = SKIPPING[shape][name](stream)
    for each in made if isinstance(made, tuple) else (made,):
        look(each).stream.for_each(print, commutative=proof("shown"))
    (row,) = settled(flow).skipped
    assert row.count == len(row.newest) == sum(map(fails, DATA))
    assert {each.error for each in row.newest} == {f"PickyError: not {n}" for n in DATA if fails(n)}


def test_what_comes_after_the_end_is_not_looked_at(leader):
    pairs = leader.source_iter([("a", 0), ("a", 3), ("a", 0)]).into_keyed()
    pairs.fold_early_stop(0, lambda total, n: (total + inverse(n), True), on_error="skip").entries().for_each(
        print, **SHOWN
    )
    deployment = settled(leader.flow)
    assert printed(deployment) == ["('a', 4)"]
    assert deployment.skipped[0].count == 1


def test_only_the_newest_are_kept(leader):
    leader.source_iter([0, *([0] * 99), 2]).map(inverse, on_error="skip").for_each(print)
    (row,) = settled(leader.flow).skipped
    assert (row.count, len(row.newest)) == (100, KEPT)


@pytest.mark.parametrize("backend", ["inprocess", "local"])
def test_a_row_tells_all(leader, backend):
    worker = leader.flow.process(Worker)
    quotients = leader.source_iter([1, 0, 2]).send(worker).map(inverse, on_error="skip")
    quotients.for_each(print)
    deployment = settled(leader.flow, backend)
    assert printed(deployment) == ["12", "6"]
    (row,) = deployment.skipped
    assert (row.operator, row.process, row.count, row.slot) == ("map", "Worker", 1, quotients.ref.slot)
    assert "on_error" in row.site.text
    assert (row.newest[0].element, row.newest[0].error) == (
        "0",
        "ZeroDivisionError: integer division or modulo by zero",
    )
    assert row.newest[0].site.text.strip() == "return 12 // n"
    assert re.search(r"\n  Worker: `map` \(.*\) has skipped 1 element, the last one 0: Zero", deployment.status())
    assert deployment.state == "stopped"


@pytest.mark.parametrize("backend", ["inprocess", "local"])
def test_members_are_counted_apart_and_one_problem_tells_of_them(leader, backend):
    workers = leader.flow.cluster(Worker)
    leader.source_iter([0, 0, 3]).broadcast_closed(workers).map(inverse, on_error="skip").for_each(print)
    deployment = settled(leader.flow, backend, clusters={workers: 2})
    assert [(row.process, row.count) for row in deployment.skipped] == [("Worker/0", 2), ("Worker/1", 2)]
    (problem,) = deployment.problems
    assert (problem.op, problem.element, problem.skipped, problem.fatal) == ("map", "0", True, False)
    assert "skipped by `map` on element 0" in str(problem)


@pytest.mark.parametrize("backend", ["inprocess", "local"])
def test_what_was_skipped_before_a_restart_counts_too(leader, backend):
    workers = leader.flow.cluster(Worker)
    workers.source_iter([0, 3, 0]).map(inverse, on_error="skip").for_each(print)
    with leader.flow.deploy(clusters={workers: 1}, backend=backend) as deployment:
        deployment.settle()
        deployment.restart("Worker/0")
        deployment.settle()
    assert [row.count for row in deployment.skipped] == [4]


def test_totals_count_what_was_not_skipped(leader):
    leader.source_iter([1, 0, 2]).for_each(inverse, on_error="skip")
    deployment = settled(leader.flow)
    assert sorted(deployment.totals.values()) == [2, 3]
    assert deployment.skipped[0].operator == "for_each"


def test_a_preview_tells_it(leader):
    preview = leader.source_iter([1, 0, 2]).map(inverse, on_error="skip").preview()
    assert preview.rows == [12, 6]
    assert [row.count for row in preview.skipped] == [1]
    assert "has skipped 1 element, the last one 0: ZeroDivisionError" in repr(preview)


def test_it_is_said_where_others_look(leader, capsys):
    leader.source_iter([0, 0]).map(inverse, on_error="skip").for_each(print)
    settled(leader.flow)
    told = capsys.readouterr().err
    assert told.count("goes on without an element") == 1
    assert "in operator `map`, on element 0" in told
    assert 'on_error="skip"' in leader.flow.to_text()


@pytest.mark.parametrize("backend", ["inprocess", "local"])
def test_large_elements_are_told_in_part_and_let_go_of(leader, backend):
    words = leader.source_iter(["x" * 5_000_000, "1"] * 30)
    words.map(int, on_error="skip").for_each(print)
    (row,) = settled(leader.flow, backend).skipped
    assert (row.count, len(row.newest)) == (30, KEPT)
    assert all(len(each.element) + len(each.error) <= 1000 for each in row.newest)


def test_a_message_that_cannot_be_shown_is_counted_all_the_same(leader):
    class OddError(Exception):
        def __str__(self):
            raise ValueError

    def odd(n):
        raise OddError

    leader.source_iter([1]).map(odd, on_error="skip").for_each(print)
    assert settled(leader.flow).skipped[0].newest[0].error == "OddError: (its text cannot be shown)"


# ---------------------------------------------------------------- what stays


def test_a_fold_stays_as_it_was(leader):
    numbers = leader.source_iter([1, 0, 2])
    assert numbers.fold(0, lambda total, n: total + inverse(n), on_error="skip").preview().rows == [18]
    assert numbers.fold(list, inplace(lambda seen, n: seen.append(inverse(n))), on_error="skip").preview().rows == [
        [12, 6]
    ]


def test_what_a_function_did_to_its_accumulator_before_it_failed_stays(leader):
    def note(seen, n):
        seen.append(n)
        inverse(n)

    def noted(seen, n):
        note(seen, n)
        return seen

    def counted(seen, n):
        note(seen, n)
        return seen, len(seen)

    numbers = leader.source_iter([1, 0, 2])
    assert numbers.fold(list, inplace(note), on_error="skip").preview().rows == [[1, 0, 2]]
    assert numbers.fold(list, noted, on_error="skip").preview().rows == [[1, 0, 2]]
    assert numbers.scan(list, counted, on_error="skip").preview().rows == [1, 3]


@pytest.mark.parametrize("init", [0, int], ids=["value", "factory"])
def test_a_key_is_there_once_an_element_under_it_was_taken(leader, init):
    pairs = leader.source_iter([("a", 0), ("b", 0), ("a", 3)]).into_keyed()
    folded = pairs.fold(init, lambda total, n: total + inverse(n), on_error="skip")
    listed = pairs.fold(list, inplace(lambda seen, n: seen.append(inverse(n))), on_error="skip")
    assert folded.entries().preview().rows == [("a", 4)]
    assert listed.entries().preview().rows == [("a", [4])]


def test_what_an_iterator_gave_before_it_failed_stays(leader):
    def some(n):
        yield n
        yield inverse(n)

    assert leader.source_iter([1, 0, 2]).flat_map_ordered(some, on_error="skip").preview().rows == [1, 12, 0, 2, 6]


def test_a_condition_may_fail_where_it_is_taken_for_true_or_false(leader):
    class Vague:
        def __bool__(self):
            raise ValueError("several")

    vague = leader.source_iter([1, 2]).filter(lambda n: Vague() if n == 1 else n, on_error="skip")
    yes, no = leader.source_iter([1, 2]).partition(lambda n: Vague() if n == 1 else n, on_error="skip")
    assert [each.preview().rows for each in (vague, yes, no)] == [[2], [2], []]


def test_others_go_on_where_some_awaitables_fail(leader):
    async def later(n):
        await asyncio.sleep(0)
        return inverse(n)

    waiting = leader.source_iter([1, 0, 2]).map(later)
    ways = (
        waiting.resolve_futures(on_error="skip"),
        waiting.resolve_futures_ordered(on_error="skip"),
        waiting.resolve_futures_blocking(on_error="skip"),
    )
    previews = [each.preview() for each in ways]
    assert [sorted(each.rows) for each in previews] == [[6, 12]] * 3
    assert [each.skipped[0].count for each in previews] == [1] * 3
    assert previews[0].skipped[0].newest[0].element.endswith("later(...)")


# ---------------------------------------------------------------- what is no element's fault


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda s: s.fold(list, lambda seen, n: seen.append(n), on_error="skip").into_stream(), "None"),
        (lambda s: s.scan(0, lambda total, n: total + n, on_error="skip"), "must give a pair"),
        (lambda s: s.generator(0, lambda total, n: (total, n), on_error="skip"), "must give Yield"),
        (lambda s: s.map(lambda n: [][n] if n > 5 else sys.exit(1), on_error="skip"), "exit"),
    ],
    ids=["no accumulator", "no pair", "no step", "exit"],
)
def test_a_mistake_in_the_function_itself_is_not_skipped(leader, make, text):
    make(leader.source_iter([1, 2])).for_each(print)
    with pytest.raises(ProcessFailed, match=text):
        settled(leader.flow)


def test_what_this_package_has_to_say_is_not_skipped():
    leader = FlowBuilder(debug=True).process()
    leader.source_iter([[1]]).map(lambda row: row.append(2), on_error="skip").for_each(print)
    with pytest.raises(ProcessFailed, match="changed an element that it was given"):
        settled(leader.flow)


def test_an_interrupt_is_not_skipped(leader):
    def stop(n):
        raise KeyboardInterrupt

    leader.source_iter([1]).map(stop, on_error="skip").for_each(print)
    with leader.flow.deploy(backend="inprocess") as deployment, pytest.raises(KeyboardInterrupt):
        deployment.settle()


def test_without_it_the_process_fails(leader):
    leader.source_iter([0]).map(inverse, on_error="raise").for_each(print)
    with pytest.raises(ProcessFailed, match="ZeroDivisionError"):
        settled(leader.flow)


# ---------------------------------------------------------------- what is refused


def refusal(call: Any) -> str:
    with pytest.raises(HydroError) as caught:
        call()
    return re.sub(r"\n  test_skipping.*", "", str(caught.value))


def test_another_word(leader):
    numbers = leader.source_iter([1])
    told = (
        "`map` was given on_error='ignore'.\n"
        '  Give "raise" (the process fails with the element, as without it) or "skip" (the element is counted and '
        "left out)."
    )
    assert refusal(lambda: numbers.map(inverse, on_error="ignore")) == told


def test_an_async_function_that_is_only_begun(leader):
    async def later(n):
        return n

    told = (
        "`map` only begins the asynchronous function `later`, which fails where it is waited for.\n"
        '  Skip it there: .map(later).resolve_futures(on_error="skip")'
    )
    assert refusal(lambda: leader.source_iter([1]).map(later, on_error="skip")) == told


def test_live_values_have_no_elements(leader):
    number = leader.singleton(3)
    told = (
        '`map` of a Singleton was given on_error="skip", but a live value has no elements: it is worked out whenever '
        "something is new, and must be there as its type says.\n"
        '  Take it as a stream first, .into_stream() once it is complete, and skip there: .map(f, on_error="skip")'
    )
    assert refusal(lambda: number.map(inverse, on_error="skip")) == told
    table = leader.source_iter([("a", 0)]).into_keyed().value_counts()
    assert "of a KeyedSingleton" in refusal(lambda: table.filter(bool, on_error="skip"))
    assert ".into_keyed_stream()" in refusal(lambda: table.map(inverse, on_error="skip"))
    assert "of an Optional" in refusal(lambda: number.filter(bool).map(inverse, on_error="skip"))
    assert number.flat_map_ordered(range, on_error="skip").preview().rows == [0, 1, 2]


def test_a_cell_that_asks_for_something_else_changes_the_flow():
    one, two = (Func.of(inverse, Site(), on_error=way) for way in ("raise", "skip"))
    assert same_value(one, one)
    assert not same_value(one, two)


# ---------------------------------------------------------------- the source


def written(leader: Any, first: str, last: str) -> str:
    """Give the lines from one that begins so to one that begins so, as they stand in a function."""
    lines = leader.flow.source(leader).splitlines()
    start = next(number for number, line in enumerate(lines) if line.lstrip().startswith(first))
    end = next(number for number, line in enumerate(lines) if number > start and line.lstrip().startswith(last))
    return textwrap.indent(textwrap.dedent("\n".join(lines[start:end])), "    ") + "\n"


def test_the_source_of_elements(leader):
    numbers = leader.source_iter(["1", "x"]).map(lambda word: int(word) - 1, on_error="skip")
    numbers.filter(lambda n: 10 % n, on_error="skip").for_each(print)
    assert written(leader, "for word", "for_each_3_count") == (
        "    for word in chunk:\n"
        "        try:\n"
        "            n = int(word) - 1\n"
        "        except Exception as error:\n"
        '            skipped["map_1"].add(word, error)\n'
        "            continue\n"
        "        try:\n"
        "            wanted = bool(10 % n)\n"
        "        except Exception as error:\n"
        '            skipped["filter_2"].add(n, error)\n'
        "            continue\n"
        "        if not wanted:\n"
        "            continue\n"
        "        print(n)\n"
    )
    assert 'state.skipped = {"map_1": Skips(), "filter_2": Skips()}' in leader.flow.source(leader)


def test_the_source_of_a_fold(leader):
    pairs = leader.source_iter([("a", 0)]).into_keyed()
    pairs.fold(int, inplace(lambda total, n: total.add(n)), on_error="skip").entries().for_each(print, **SHOWN)
    assert written(leader, "for key", "# ") == (
        "    for key, n in chunk:\n"
        "        now = fold_keyed_2[key] if key in fold_keyed_2 else 0\n"
        "        try:\n"
        "            now.add(n)\n"
        "        except Exception as error:\n"
        '            skipped["fold_keyed_2"].add((key, n), error)\n'
        "            continue\n"
        "        fold_keyed_2[key] = now\n"
    )


def test_the_source_of_items(leader):
    leader.source_iter(["a b"]).flat_map_ordered(lambda line: line.split(), on_error="skip").for_each(print)
    assert written(leader, "for line", "for_each_2_count") == (
        "    for line in chunk:\n"
        "        try:\n"
        "            many = line.split()\n"
        "        except Exception as error:\n"
        '            skipped["flat_map_ordered_1"].add(line, error)\n'
        "            continue\n"
        '        for item in skipped["flat_map_ordered_1"].each(many, line):\n'
        "            print(item)\n"
    )


def test_who_does_not_skip_pays_nothing(leader):
    numbers = leader.source_iter([1])
    numbers.map(inverse).fold(0, lambda total, n: total + n).into_stream().for_each(print)
    source = leader.flow.source(leader)
    assert [word for word in ("except", "skipped", "Skips") if word in source] == []


# ---------------------------------------------------------------- the simulator


def test_a_schedule_shows_what_was_skipped(leader):
    port, numbers = leader.sim_input(int)
    out = numbers.map(inverse, on_error="skip").sim_output()

    async def body():
        port.send_many([0, 4])
        assert await out.collect() == []

    with pytest.raises(SimulationFailure) as failure:
        leader.flow.sim().exhaustive(body)
    assert "\n     Leader skips 0 in `map`: ZeroDivisionError: " in str(failure.value)


def test_a_law_is_tried_on_what_is_not_skipped(leader):
    def larger(best, n):
        if n < best:
            raise ValueError
        return n

    port, numbers = leader.sim_input(int, order=NoOrder)
    largest = numbers.fold(0, larger, commutative=proof("a maximum"), on_error="skip")
    out = largest.snapshot(leader.tick(), nondet("looked at")).all_ticks().sim_output()

    async def body():
        port.send_many_unordered([2, 1])
        assert max(await out.collect(), default=2) == 2

    leader.flow.sim().exhaustive(body)


def test_a_mistake_is_told_in_the_simulator_too():
    leader = FlowBuilder(debug=True).process()
    port, rows = leader.sim_input(list)
    out = rows.map(lambda row: row.append(2), on_error="skip").sim_output()

    async def body():
        port.send([1])
        await out.collect()

    with pytest.raises((GraphError, SimulationFailure), match="changed an element"):
        leader.flow.sim().exhaustive(body)
