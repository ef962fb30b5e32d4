"""What a file of tests shows, read from its syntax tree: words in comments and names never called are no evidence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeVar

N = TypeVar("N", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef
RUNS = {"run", "both", "collect", "collect_sorted", "outcomes", "logs", "receive", "preview"}
"""what is called to let a flow give something"""
CLAIMS = {"assert_yields_only"}
SEARCHES = {"exhaustive", "outcomes"}
GUARANTEES = {"kind", "bound", "order", "retries", "location", "shape", "repr"}


class Evidence:
    """What the test functions of one file do."""

    def __init__(self, code: str) -> None:
        functions = list(_inside(ast.parse(code), Function))
        self.tests = [node for node in functions if node.name.startswith("test_")]
        helpers = [node for node in functions if node not in self.tests]
        self.runs = RUNS | {each.name for each in helpers if _calls(each, RUNS)}
        self.searches = SEARCHES | {each.name for each in helpers if _calls(each, SEARCHES)}

    @property
    def snapshot(self) -> bool:
        """A source that is compared with the one that is kept."""
        return any(_uses(test, "snapshot") for test in self.tests)

    @property
    def result(self) -> bool:
        """What a flow gave, compared with what it should give."""
        return any(_calls(test, CLAIMS) or self._compares(test) for test in self.tests)

    def _compares(self, test: Function) -> bool:
        given = _made_by(test, self.runs)
        return any(_calls(side, self.runs) or given & _names(side) for side in _compared(test))

    @property
    def cuts(self) -> bool:
        """The fused cut beside the one at every seam."""
        deployed = any(_calls(test, {"run", "deploy", "printed"}) for test in self.tests)
        return any(_uses(test, "both") for test in self.tests) or (self.searched and deployed)

    @property
    def searched(self) -> bool:
        """All schedules of the simulator."""
        return any(_calls(test, self.searches) for test in self.tests)

    @property
    def refused(self) -> bool:
        """That the simulator says why it cannot show it."""
        calls = [call for test in self.tests for call in _inside(test, ast.Call) if _called(call) == "message"]
        return any(each.attr == "sim" for call in calls for each in _inside(call, ast.Attribute))

    @property
    def error(self) -> bool:
        """The text of an error, whole or the part that says what to do."""
        return any(_tells(test) for test in self.tests)

    @property
    def guarantee(self) -> bool:
        """What is known of a collection: an assertion on its kind, its place, or its type as it is shown."""
        return any(_shows_guarantee(each, _kinds(test)) for test in self.tests for each in _compared(test))


def _tells(test: Function) -> bool:
    """Whether it looks at the text of an error that is not the simulator's."""
    raises = [call for call in _inside(test, ast.Call) if _called(call) == "raises"]
    if any(keyword.arg == "match" for call in raises for keyword in call.keywords):
        return True
    simulated = any(each.attr == "sim" for each in _inside(test, ast.Attribute))
    told = _made_by(test, {"message"})
    looks = any(_calls(each, {"message"}) or told & _names(each) for each in _asserted(test))
    return _uses(test, "message") and looks and not simulated


def _kinds(test: Function) -> set[str]:
    """The variables that hold the kind of a collection."""
    assigned = (each for each in _inside(test, ast.Assign) if _shows_guarantee(each.value, set()))
    return {name for each in assigned for target in each.targets for name in _names(target)}


def _shows_guarantee(side: ast.expr, known: set[str]) -> bool:
    """Whether it is a guarantee, or several; the type of an element is none."""
    match side:
        case ast.Name(id=name):
            return name in known
        case ast.Attribute(attr=name) | ast.Call(func=ast.Name(id="repr" as name)):
            return name in GUARANTEES
        case ast.Call(func=ast.Attribute(attr="but", value=part)):
            return _shows_guarantee(part, known)
        case ast.ListComp(elt=part) | ast.GeneratorExp(elt=part) | ast.DictComp(value=part) | ast.BinOp(left=part):
            return _shows_guarantee(part, known)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return any(_shows_guarantee(part, known) for part in parts)
    return False


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _inside(node: ast.AST, kind: type[N]) -> Iterator[N]:
    return (each for each in ast.walk(node) if isinstance(each, kind))


def _calls(node: ast.AST, names: set[str]) -> bool:
    return any(_called(call) in names for call in _inside(node, ast.Call))


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in _inside(node, ast.Name)}


def _made_by(test: Function, names: set[str]) -> set[str]:
    """The variables that hold what such calls gave: by an assignment, or added to a collection."""
    assigned = [each for each in _inside(test, ast.Assign) if _calls(each.value, names)]
    added = [
        call.func.value
        for call in _inside(test, ast.Call)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"add", "append"}
        and any(_calls(each, names) for each in call.args)
    ]
    return {name for place in (*(t for each in assigned for t in each.targets), *added) for name in _names(place)}


def _uses(test: Function, fixture: str) -> bool:
    return fixture in {each.arg for each in test.args.args} and _calls(test, {fixture})


def _asserted(test: Function) -> list[ast.AST]:
    """What is claimed, and all that it is made of."""
    return [each for claim in _inside(test, ast.Assert) for each in ast.walk(claim.test)]


def _compared(test: Function) -> list[ast.expr]:
    """The sides of all comparisons that are claimed."""
    return [
        side for each in _asserted(test) if isinstance(each, ast.Compare) for side in (each.left, *each.comparators)
    ]
