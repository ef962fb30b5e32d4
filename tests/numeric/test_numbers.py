import functools
import linecache
import math
import operator
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from hydro_nb import GraphError, nondet, proof
from hydro_nb.compile.numeric import chains
from hydro_nb.compile.program import write_location
from hydro_nb.compile.split import fused

ENGINES = ["numba", "numpy"]


def column() -> NDArray[np.int64]:
    return np.arange(10)


def texts() -> NDArray[np.int64]:
    return np.array(["a"])


def as_column(numbers):
    """A filter that drops and a map between, then all that a chain can end in."""
    return numbers.filter(lambda n: n % 3 != 0).map(lambda n: n * n - 7)


def engine_of(numbers):
    numbers.map(lambda n: n + 1).for_each(print)
    source = numbers.flow.source(numbers.location)
    return next(line.strip() for line in source.splitlines() if line.endswith(": int64 -> int64"))


@pytest.mark.parametrize("engine", ENGINES)
def test_fold(leader, both, engine, request):
    total = as_column(leader.source_iter(np.arange(100), numeric=engine)).fold(0, lambda total, n: total + n)
    assert both(total) == [sum(n * n - 7 for n in range(100) if n % 3)]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_comes_out_are_numbers_of_python(leader, both, engine):
    numbers = leader.source_iter(np.arange(5, dtype=np.int16), numeric=engine)
    halves = both(numbers.filter_map(lambda n: n / 2 if n > 1 else None))
    assert halves == [1.0, 1.5, 2.0]
    assert {type(each) for each in halves} == {float}
    assert numbers.kind.element is int


def test_ends_of_a_chain(leader, both):
    numbers = as_column(leader.source_iter(np.arange(100), numeric="numpy"))
    want = [n * n - 7 for n in range(100) if n % 3]
    assert both(numbers.count()) == [len(want)]
    assert both(numbers.min()) == [min(want)]
    assert both(numbers.max()) == [max(want)]
    assert both(numbers.reduce(lambda a, b: a ^ b)) == [functools.reduce(operator.xor, want)]
    assert both(numbers.first()) == want[:1]
    assert both(numbers) == want


def test_ends_of_a_compiled_chain(leader, run):
    numbers = as_column(leader.source_iter(np.arange(100), numeric="numba"))
    want = [n * n - 7 for n in range(100) if n % 3]
    ends = [numbers.count(), numbers.min(), numbers.max(), numbers.reduce(lambda a, b: a * 3 + b)]
    found = [run(end) for end in ends]
    reduced = np.int64(want[0])
    with np.errstate(over="ignore"):
        for each in want[1:]:
            reduced = reduced * 3 + np.int64(each)
    assert found == [[len(want)], [min(want)], [max(want)], [int(reduced)]]


@pytest.mark.parametrize("numeric", ["numba", "numpy", "python"])
def test_nothing_at_all(leader, run, numeric):
    none = leader.source_iter(np.array([], dtype=np.int64), numeric=numeric).map(lambda n: n + 1)
    assert run(none) == run(none.max()) == []
    assert run(none.fold(7, lambda total, n: total + n)) == [7]
    assert repr(run(none.fold(7, lambda total, n: total + n / 2))) == ("[7]" if numeric == "python" else "[7.0]")


@pytest.mark.parametrize("engine", ENGINES)
def test_integers_wrap_and_division_by_zero_has_a_result(leader, run, engine):
    numbers = leader.source_iter(np.array([0, 2**62]), numeric=engine)
    assert run(numbers.map(lambda n: n * 4 + 7 // n)) == [0, 0]
    assert run(numbers.map(lambda n: 1 / n)) == [math.inf, 2.0**-62]


def test_without_columns_arithmetic_is_pythons(leader, run):
    numbers = leader.source_iter(np.array([0, 2**62]), numeric="python")
    assert run(numbers.map(lambda n: n * 4)) == [0, 2**64]
    assert run(numbers.map(lambda n: n + 1).fold(0, lambda total, n: total + n)) == [2**62 + 2]


@pytest.mark.parametrize("engine", ENGINES)
def test_floats_are_added_in_their_order(leader, run, engine):
    floats = np.random.default_rng(7).normal(size=20_000) * 1e10
    total = 0.25
    for each in floats.tolist():
        total = total + each
    assert run(leader.source_iter(floats, numeric=engine).fold(0.25, lambda total, x: total + x)) == [total]


def test_the_simulator_tries_orders_of_what_was_a_column(leader, run):
    shuffled = leader.source_iter(np.arange(3), numeric="numpy").map(lambda n: n * 2).weaken_ordering()
    lasts = shuffled.assume_ordering(nondet("seen in a test")).last().into_stream()
    outcomes, port = set(), lasts.sim_output()

    async def body():
        outcomes.add(tuple(await port.collect()))

    leader.flow.sim().exhaustive(body)
    assert outcomes == {(0,), (2,), (4,)}


def test_a_fold_that_numpy_has_no_operation_for(leader, both):
    floats = leader.source_iter(np.array([1.0, 2.0, 4.0]), numeric="numpy")
    assert both(floats.fold(0, lambda average, x: average * 0.5 + x)) == [5.25]


def test_a_claim_is_tried_on_columns_too(leader, both):
    numbers = leader.source_iter(np.arange(4), numeric="numpy")
    total = numbers.fold(0, lambda total, n: total + n, commutative=proof("sums do not depend on the order"))
    assert both(total) == [6]


@pytest.mark.parametrize("engine", ENGINES)
def test_two_branches_of_one_column(leader, run, engine):
    numbers = leader.source_iter(np.arange(10), numeric=engine)
    doubled = numbers.map(lambda n: n * 2)
    both_sums = doubled.fold(0, lambda a, n: a + n).zip(doubled.filter(lambda n: n > 9).count())
    assert run(both_sums) == [(90, 5)]


def test_elements_are_handed_over(leader, both):
    names = {0: "zero", 3: "three"}
    numbers = leader.source_iter(np.arange(5), numeric=None)
    tripled = numbers.map(lambda n: n * 3)
    named = tripled.map(lambda n: names.get(n, "many"))
    assert both(named) == ["zero", "three", "many", "many", "many"]
    assert both(numbers.map(lambda n: (n, -n))) == [(n, -n) for n in range(5)]


def test_sources(leader, snapshot):
    numbers = leader.source_iter(np.arange(5), numeric="numba")
    halves = numbers.filter(lambda n: n % 2 == 1).map(lambda odd: odd / 2 if odd > 1 else 0)
    halves.fold(0, lambda total, half: total + half).into_stream().for_each(print)
    floats = leader.source_iter(np.array([0.5, 2.5]), numeric="numpy")
    rounded = floats.map(lambda x: min(x, 2) * math.sqrt(x)).filter(lambda x: not 0 < x < 1)
    rounded.reduce(max).into_stream().for_each(print)
    rounded.for_each(print)
    whole = leader.source_iter(np.arange(3)).filter(lambda n: n > 0)
    whole.map(lambda n: (n, 1)).for_each(print)
    whole.count().into_stream().for_each(print)
    snapshot(leader.flow.source(leader))


def test_the_choice_tells_its_reason(leader, monkeypatch):
    few = "# numpy, which is done with 3 numbers before numba is loaded: int64 -> int64"
    assert engine_of(leader.source_iter(np.arange(3))) == few


def test_many_numbers_are_for_numba(leader):
    assert engine_of(leader.source_iter(np.zeros(chains.FEW, dtype=np.int64))) == "# numba: int64 -> int64"


def test_how_many_a_function_gives_is_not_known(leader):
    assert engine_of(leader.source_iter(column)) == "# numba: int64 -> int64"


def test_who_only_looks_does_not_load_numba(tmp_path):
    program = (
        "import sys, numpy as np\n"
        "from hydro_nb import FlowBuilder\n"
        "numbers = FlowBuilder().process().source_iter(np.arange(5), numeric='numba').map(lambda n: n * n)\n"
        "print(numbers.preview().rows, 'numba' in sys.modules)\n"
    )
    file = tmp_path / "program.py"
    file.write_text(program)
    run = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True)
    assert run.stdout == "[0, 1, 4, 9, 16] False\n"


def test_deployed(flow, leader, worker):
    numbers = leader.source_iter(column, numeric="numba").map(lambda n: n * 2)
    numbers.send(worker).for_each(print)
    numbers.fold(0, lambda total, n: total + n).into_stream().for_each(print)
    with flow.deploy() as deployment:
        deployment.settle()
        assert sorted(int(line.text) for line in deployment.logs()) == sorted([*range(0, 20, 2), 90])


def test_without_numba(leader, monkeypatch):
    monkeypatch.setattr(chains, "has_numba", lambda: False)
    assert engine_of(leader.source_iter(column)) == "# numpy, as numba is not installed: int64 -> int64"


NAMES = {1: "one"}


def lookup(n):
    return NAMES[n]


def scaled(n):
    return n * FACTOR


FACTOR = 2.5
REASONS = {
    "calls `str`": lambda n: str(n) + "",
    "calls `lookup`, which cannot be written here": lambda n: -lookup(n),
    "makes a tuple": lambda n: (n, n),
    "has 'a' in it": lambda n: n * "a",
    "takes floats for bits": lambda n: (n / 2) & 1,
    "raises integers to a power that is not a number from 0 to 63": lambda n: n**n,
    "may give None": lambda n: None if n > 1 else n,
    "computes with None": lambda n: (n or None) + 1,
    "calls `print` with keywords": lambda n: print(n, end=""),
    "has the number 9223372036854775808, which is beyond 64 bits": lambda n: n + 9223372036854775808,
    "sets a variable on a condition": lambda n: n and (m := n + 1) and m,
}


@pytest.mark.parametrize("reason", REASONS)
def test_why_a_function_takes_elements(flow, leader, reason):
    leader.source_iter(np.arange(3)).map(REASONS[reason]).for_each(print)
    (line,) = (line for line in flow.source(leader).splitlines() if "# Python from here" in line)
    assert f"`{flow.graph.nodes[list(flow.graph.nodes)[1]].op.function.text}` {reason}" in line


def test_a_table_is_no_arithmetic(flow, leader):
    names = {1: "one"}
    leader.source_iter(np.arange(3)).map(lambda n: names[n]).for_each(print)
    assert "because `lambda n: names[n]` looks something up\n" in flow.source(leader)


def test_a_loop_is_no_arithmetic(flow, leader):
    def total(n):
        for each in range(3):
            n = n + each
        return n

    leader.source_iter(np.arange(3)).map(total).for_each(print)
    assert "because `total` has a loop\n" in flow.source(leader)


def test_functions_that_a_function_calls(leader, both):
    def near(x):
        return abs(x) < limit

    limit = 6
    numbers = leader.source_iter(np.arange(-4, 4), numeric="numpy")
    assert both(numbers.map(lambda n: scaled(-n)).filter(lambda x: near(x) and not near(x - 2))) == [-5.0]


def test_what_may_fail_takes_elements(leader, run):
    numbers = leader.source_iter(np.arange(3)).map(lambda n: 6 // n, on_error="skip")
    assert run(numbers) == [6, 3]


def test_asked_for_and_impossible(leader, flow, message):
    leader.source_iter(np.arange(3), numeric="numpy").map(lookup).for_each(print)
    line = 'test_numbers.py, line _:   leader.source_iter(np.arange(3), numeric="numpy").map(lookup)'
    assert message(lambda: flow.source(leader), GraphError) == (
        "`map` cannot work on numbers with numpy, because `lookup` cannot be written here: `NAMES` belongs to module "
        "test_numbers, which is imported there.\n"
        f"  `map` was called   {line}.for_each(print)\n"
        f'  numeric="numpy" was asked for   {line}.for_each(print)\n'
        "  Write it as arithmetic on numbers, or leave numeric= out: then elements are handed over here."
    )


def test_asked_for_without_numba(leader, message, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    text = message(lambda: leader.source_iter(np.arange(3), numeric="numba"), GraphError)
    assert "pip install 'hydro_nb[numeric]'" in text


@pytest.mark.parametrize(
    "data", [[1, 2], np.zeros((2, 2)), np.array(["a"]), np.array([1], dtype=np.uint64), lambda: np.arange(3)]
)
def test_asked_for_and_no_numbers(leader, message, data):
    assert 'numeric="numpy" needs a numpy array of one dimension' in message(
        lambda: leader.source_iter(data, numeric="numpy"), GraphError
    )


def test_no_engine_of_that_name(leader, message):
    text = message(lambda: leader.source_iter(np.arange(3), numeric="fast"), GraphError)
    assert 'numeric= is "numba", "numpy", "python" or None, not \'fast\'' in text


def test_a_function_that_gives_something_else(leader, run):
    with pytest.raises(Exception, match="was to get an array of one dimension whose numbers are int64"):
        run(leader.source_iter(texts, numeric="numpy").map(lambda n: n + 1))


def test_what_a_function_gives(leader, both):
    numbers = leader.source_iter(column, numeric="numpy")
    assert both(numbers.filter(lambda n: n > 7)) == [8, 9]
    assert numbers.kind.element is int


def test_a_column_in_a_tick_is_made_of_elements(leader, both):
    tick = leader.tick()
    batch = leader.source_iter(np.arange(4)).map(lambda n: n + 1).batch(tick, nondet("all that there is"))
    assert both(batch.fold(0, lambda a, n: a + n)) is not None
    assert type(both(tick.source_iter(np.arange(2)))[0]) is int


FOLDS = {
    "gathered(np.add, ": lambda total, n: n + total,
    "gathered(np.subtract, ": lambda total, n: total - n,
    "least(": lambda total, n: min(total, n * 2),
    "gathered(np.bitwise_xor, ": operator.xor,
    "for one in ": lambda total, n: n - total,
}


@pytest.mark.parametrize("written", FOLDS)
def test_how_folds_are_written(leader, both, written):
    folded = leader.source_iter(np.arange(1, 6), numeric="numpy").fold(3, FOLDS[written])
    assert both(folded) == [functools.reduce(FOLDS[written], range(1, 6), 3)]
    folded.into_stream().for_each(print)
    assert written in leader.flow.source(leader)


@pytest.mark.parametrize("engine", ENGINES)
def test_constants(leader, run, engine):
    numbers = leader.source_iter(np.arange(2), numeric=engine)
    assert run(numbers.map(lambda n: math.sqrt(4))) == [2.0, 2.0]
    assert run(numbers.map(lambda n: n + math.floor(-0.5) + abs(-3) + int(2.5))) == [4, 5]
    assert run(numbers.filter(lambda n: True).filter_map(lambda n: None)) == []


def test_truth_values_and_a_function_with_branches(leader, both):
    def weight(flag):
        size = 0.5
        if flag:
            size = 2
        return size + flag

    flags = leader.source_iter(np.array([True, False]), numeric="numpy")
    assert both(flags.map(weight)) == [3.0, 0.5]
    assert both(flags.map(lambda flag: not flag)) == [False, True]
    assert both(flags.fold(init=True, f=lambda all_, flag: all_ and flag)) == [False]


@pytest.mark.parametrize("numeric", ["numba", "numpy", "python"])
def test_counts_and_samples_are_exact(flow, leader, numeric):
    numbers = leader.source_iter(np.arange(10_000), numeric=numeric).map(lambda n: n * 2).filter(lambda n: n > 9)
    numbers.for_each(lambda n: None)
    written = write_location(flow.graph, leader.place, [fused(flow.graph, leader.place)])
    module = dict(written.captures)
    linecache.cache["<numbers>"] = (len(written.text), None, written.text.splitlines(keepends=True), "<numbers>")
    exec(compile(written.text, "<numbers>", "exec"), module)
    state = module["start"]()
    while module["tick"](state, {}, {}):
        pass
    operators = {} if numeric == "python" else {"map_1": 10_000, "filter_2": 9_995}
    assert state.counts == {"source_iter_0": 10_000, **operators, "for_each_3": 9_995}
    assert [list(each)[-1] for each in state.samples.values() if each] == [9_999, 19_998]
    assert {type(each) for each in state.samples["source_iter_0"]} == {int}


@pytest.mark.parametrize("engine", ENGINES)
def test_numbers_in_several_pieces(leader, run, engine):
    array = np.random.default_rng(3).integers(-1000, 1000, 300_000)
    numbers = leader.source_iter(array, numeric=engine).filter(lambda n: n > 990)
    want = [n for n in array.tolist() if n > 990]
    found = [run(end) for end in (numbers, numbers.min(), numbers.max(), numbers.reduce(lambda a, b: a + b))]
    assert found == [want, [991], [999], [sum(want)]]
