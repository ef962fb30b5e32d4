"""Every operator is whole, and its test file shows it: results, both cuts, guarantees, the error's text, the source.

What an operator cannot have stands in a table with the reason; an entry that is not needed fails.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from evidence import Evidence

import hydro_nb.lang  # noqa: F401 - every operator is imported by some method
from hydro_nb.ir import check
from hydro_nb.ir.node import Op

HERE = Path(__file__).parent
CATEGORIES = {"Source", "Transform", "Join", "Aggregation", "Network", "Sink", "NonDeterministic"}
NO_ERROR = {
    "client_membership": "the server whose clients it tells of makes it",
    "into_singleton": "any table is a dict, whether it is complete or not",
    "is_some": "every optional is there or is not",
    "key_count": "any table has a number of keys",
    "none": "it takes nothing but a type",
    "or_none": "every optional has a value or none",
    "spin": "it takes nothing",
}
"""operators whose lines cannot be wrong, and why"""
NOT_SIMULATED = {
    "bidi_external_many_bytes": "the world outside",
    "bind_single_client": "the world outside",
    "client_membership": "the world outside",
    "sidecar_bidi": "the world outside",
    "send_external": "the world outside",
    "source_external": "the world outside",
    "source_stream": "the world outside",
    "spin": "it never comes to rest",
    "to_clients": "the world outside",
    "to_sidecar": "the world outside",
}
"""operators that the simulator refuses, and why; that it does is tested in place of both cuts"""
NO_FUSED_CUT = {
    "sim_input": "a port of the simulator is never deployed",
    "sim_output": "a port of the simulator is never deployed",
}
"""operators that are shown in the simulator alone, and why"""

NO_OUTPUT = {
    "dest_sink": "a sink",
    "for_each": "a sink",
    "send_external": "what it gives is a port of a client",
    "sim_output": "what it gives is a port of the test",
    "to_clients": "it goes to clients",
    "to_sidecar": "it goes to an async function",
}
"""operators of whose output no guarantee can be known, and why; what they demand is tested as an error"""

WRITERS = {"element", "elements", "before", "after"}


def operators() -> list[type[Op]]:
    """All that have a name."""
    found: list[type[Op]] = []
    todo = [Op]
    while todo:
        for cls in todo.pop().__subclasses__():
            todo.append(cls)
            if "name" in vars(cls):
                found.append(cls)
    return sorted(found, key=lambda cls: cls.__qualname__)


@functools.cache
def evidence(name: str) -> Evidence:
    """What the test file of this operator shows."""
    return Evidence((HERE / "ops" / f"test_{name}.py").read_text())


# ---------------------------------------------------------------- whether a line can be wrong


def can_fail(operator: type[Op]) -> bool:
    """Whether its rule, or what that calls, names a fault."""
    seen: set[FunctionType] = set()
    todo = [vars(cls)["kinds"] for cls in operator.__mro__ if cls is not Op and "kinds" in vars(cls)]
    while todo:
        function = todo.pop()
        names = set(_words(function.__code__))
        if any(name == "Fault" or name.endswith("Error") for name in names):
            return True
        seen.add(function)
        spaces = [vars(check), function.__globals__, {name: getattr(operator, name, None) for name in names - WRITERS}]
        found = [space.get(name) for space in spaces for name in names]
        todo += [each for each in found if isinstance(each, FunctionType) and each not in seen]
    return False


def _words(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _words(inner)


# ---------------------------------------------------------------- the walk

each_operator = pytest.mark.parametrize("operator", operators(), ids=lambda cls: cls.__name__)


@each_operator
def test_operators_are_complete(operator):
    assert operator.__module__.startswith("hydro_nb.ir.ops.")
    assert operator.__doc__
    assert operator.__dataclass_params__.frozen
    assert operator.category in CATEGORIES
    assert operator.kinds is not Op.kinds
    assert operator.delays or any(getattr(operator, name) is not getattr(Op, name) for name in WRITERS)
    assert isinstance(operator.label, property) or operator.label


def test_what_has_no_name_is_a_base_of_operators():
    todo, leaves = [Op], []
    while todo:
        found = todo.pop().__subclasses__()
        todo += found
        leaves += [cls for cls in found if not cls.__subclasses__()]
    ours = {cls for cls in leaves if cls.__module__.startswith("hydro_nb.ir.ops.")}
    assert ours <= {*operators()}


def test_names_of_operators_are_their_own():
    names = [operator.name for operator in operators()]
    assert sorted(names) == sorted(set(names))


@each_operator
def test_its_source_is_kept(operator):
    assert evidence(operator.name).snapshot
    assert (HERE / "snapshots" / f"{operator.name}.txt").exists()


@each_operator
def test_its_result_is_tested(operator):
    assert evidence(operator.name).result


@each_operator
def test_both_cuts_are_tested(operator):
    shown = evidence(operator.name)
    if operator.name in NOT_SIMULATED:
        assert shown.refused
    elif operator.name in NO_FUSED_CUT:
        assert shown.searched
    else:
        assert shown.cuts


@each_operator
def test_its_guarantees_are_tested(operator):
    assert evidence(operator.name).guarantee is (operator.name not in NO_OUTPUT)


@each_operator
def test_the_text_of_its_error_is_tested(operator):
    assert evidence(operator.name).error is (operator.name not in NO_ERROR)


@pytest.mark.parametrize(
    "operator", [each for each in operators() if each.name in NO_ERROR], ids=lambda cls: cls.__name__
)
def test_what_is_said_to_have_no_error_has_no_rule(operator):
    assert not can_fail(operator)


def test_every_file_is_of_an_operator():
    names = {operator.name for operator in operators()}
    assert {path.stem.removeprefix("test_") for path in (HERE / "ops").glob("test_*.py")} == names
    assert {path.stem for path in (HERE / "snapshots").iterdir()} == names
    assert names >= {*NO_ERROR, *NOT_SIMULATED, *NO_FUSED_CUT, *NO_OUTPUT}


SHOWS_ALL = """
def test_list(leader, both, snapshot):
    assert both(leader.source_iter([1])) == [1]
    snapshot(leader.flow.source(leader))

def test_guarantees(live, message):
    assert live.map(str).kind.bound is Bound.UNBOUNDED
    assert "needs a function" in message(lambda: live.map(1))
"""
SHOWS_NOTHING = """
# assert both(numbers) == [1]; snapshot(source); message(call); kind.bound
def helper(both, snapshot, message):
    "assert both(numbers) == [1]"
    assert snapshot(numbers) == both(numbers) and numbers.kind.bound is message(numbers)

def test_list(leader, both, snapshot, message):
    numbers = leader.source_iter([1])
    text = message(numbers.map)
    run(numbers) == [1]
    assert numbers.map(str).kind.element is str
    numbers.flow.sim()
    numbers.kind.bound is Bound.BOUNDED
"""


@pytest.mark.parametrize("what", ["snapshot", "result", "cuts", "error", "guarantee"])
def test_only_what_is_done_is_evidence(what):
    assert getattr(Evidence(SHOWS_ALL), what)
    assert not getattr(Evidence(SHOWS_NOTHING), what)
