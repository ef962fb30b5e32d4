"""Carets: which part of the user's own line failed."""

import pytest

from hydro_nb import FlowBuilder, ProcessFailed
from hydro_nb.errors import Site
from hydro_nb.runtime.pointing import lettered, pointed, within


def marked(text, statement, expression):
    """Give the part of a line that is pointed at, where an expression of a generated statement failed."""
    start = len(statement[: statement.index(expression)].encode())
    site = pointed(Site("In[1]", 2, text), statement, start, start + len(expression.encode()))
    return site.text[site.start : site.end]


@pytest.mark.parametrize(
    ("text", "statement", "expression", "mark"),
    [
        ("xs.map(lambda n: 1 // n)", "item = 1 // (x * 3) + 1", "1 // (x * 3)", "//"),
        ("xs.map(lambda n: half(n))", "out.append((half_2(n_3), 1))", "half_2(n_3)", ""),
        ("xs.map(lambda text: text.upper())", "for x in y.upper():", "y.upper()", "upper"),
        ("xs.map(lambda pair: pair[1] / 2)", "item = pair_3[1] / 2", "pair_3[1]", "["),
        ("xs.map(lambda n: n - 1 - n)", "item = n - 1 - n", "n - 1", ""),
        ("    .map(lambda é: é.größe)", "if not é_2.größe:", "é_2.größe", "größe"),
        ('xs.map(lambda n: "//" * (1 // n))', "item = '//' * (1 // n)", "1 // n", "//"),
    ],
)
def test_what_failed_is_pointed_at_where_it_stands_once(text, statement, expression, mark):
    assert marked(text, statement, expression) == mark


@pytest.mark.parametrize("statement", ["elif x:", "else:", "a = = b", ""])
def test_what_cannot_be_read_is_not_pointed_at(statement):
    assert pointed(Site(text="xs.map(f)"), statement, 0, 4) == Site(text="xs.map(f)")


def test_a_line_that_goes_on_below_is_pointed_at_to_its_end():
    line = "    total = größe(é, "
    site = lettered(within(Site(text=line.strip()), 12, 3), line)
    assert site.text[site.start : site.end] == "größe(é,"


def half(n):
    return n / (n - 2)


def problem_of(function):
    """Give what is told of a function that divides by zero."""
    flow = FlowBuilder()
    flow.process().source_iter([2]).map(function).for_each(print)
    with flow.deploy(backend="inprocess") as deployment, pytest.raises(ProcessFailed, match="by zero"):
        deployment.settle()
    (problem,) = deployment.problems
    return problem


def test_a_problem_points_into_the_line_of_a_function():
    problem = problem_of(half)
    assert problem.site.text[problem.site.start : problem.site.end] == "/"


def deeper(n):
    def inside(m):
        return 1 // m

    return [inside(m) for m in (n, 0)]


def test_a_function_that_is_called_is_pointed_into_as_python_does():
    last = problem_of(deeper).frames[-1]
    assert last.text[last.start : last.end] == "1 // m"
