"""A line that took others in fails as they would have failed one by one."""

import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loading import loaded

from hydro_nb import FlowBuilder, nondet
from hydro_nb.compile import unit
from hydro_nb.compile.inline import inline
from hydro_nb.compile.program import compile_flow
from hydro_nb.compile.writer import Writer
from hydro_nb.errors import Site
from hydro_nb.wire import SourceLine

SITE = Site("In[1]", 1, "a line")
FIRST, SECOND = SourceLine("a", "map", SITE, "x"), SourceLine("b", "filter", SITE, "x")
TABLE = {n: f"{n}" * n for n in range(6)}


@dataclass(frozen=True)
class Price:
    """A number that some operators cannot work on."""

    cents: int

    def __add__(self, other: Any) -> "Price":
        return Price(self.cents + int(other)) if self.cents % 3 else NotImplemented

    def __bool__(self) -> bool:
        if self.cents % 7 == 4:
            raise ValueError(f"{self.cents} is neither")
        return self.cents > 2

    def __iter__(self):
        return iter((self.cents, 12 // (self.cents % 4)))


def number(value: Any) -> int:
    return value.cents if isinstance(value, Price) else value if isinstance(value, int) else len(str(value))


def looked_up(n):
    found = TABLE[number(n)]
    size = len(found)
    return size - 12 // (size % 5)


def counted(n):
    k = number(n)
    total = 0
    for i in range(k % 5):
        step = i + k
        total += 6 // (step % 7)
    return total


def summed(total, n):
    total = total + 12 // (n - 2)
    total = 6 // total - n
    return total, total


CHAIN = [
    ("map", lambda n: n + 1),
    ("map", lambda n: number(n) * 3 - 4),
    ("map", lambda x: 12 // (number(x) - 3)),
    ("map", lambda x: x // 2),
    ("map", lambda x: x % 5 - 2),
    ("map", lambda x: -x),
    ("map", lambda x: not x),
    ("map", lambda x: x or None),
    ("map", lambda x: Price(number(x))),
    ("map", lambda x: x.cents),
    ("map", lambda x: (x, number(x))),
    ("map", lambda x: x[1]),
    ("map", lambda x: [x, x + 1][number(x) % 3]),
    ("map", lambda x: f"{12 // (number(x) - 2)}{x + 0}"),
    ("map", lambda x: f"é{x}" + "ü" * (12 // (number(x) - 4))),
    ("map", lambda x: sum(6 // (m - number(x)) for m in range(3))),
    ("map", lambda x: max([number(x)], key=lambda y: y + 6 // (number(x) - 5))),
    ("map", lambda x: {number(x): 1}[5 - number(x) % 2 * 3] if number(x) % 2 else x),
    ("map", looked_up),
    ("map", counted),
    ("filter", lambda x: x),
    ("filter", lambda x: x > 1),
    ("filter", lambda x: x in (1, 2, 3, Price(4), "11") or 3 // number(x)),
    ("filter_map", lambda x: None if x == 2 else x),
    ("filter_map", looked_up),
    ("flat_map_ordered", lambda x: x),
    ("flat_map_ordered", lambda x: range(number(x) % 4)),
    ("inspect", lambda x: x + 1),
    ("enumerate", None),
    ("scan", (0, lambda total, x: (total + number(x), total // number(x)))),
    ("scan", (0, lambda total, x: (total := total + 6 // number(x), total))),
    ("unique", None),
    (lambda s: s.map(lambda x: (x, number(x))).into_keyed().scan(1, summed).entries(), None),
    (lambda s: s.map(lambda x: (number(x), x)).into_keyed().map(lambda v: v + 1).entries(), None),
    (lambda s: s.map(lambda x: (6 // number(x), x)).into_keyed().filter(lambda v: v * 2 != 4).values(), None),
    (lambda s: s.map(lambda x: (x, x)).into_keyed().map_with_key(lambda k, v: 7 % (number(k) - 1)).entries(), None),
    (lambda s: s.map(lambda x: (x, x)).into_keyed().fold(0, lambda a, v: a + 8 % number(v)).entries(), None),
    (lambda s: s.cross_singleton(s.count().map(lambda n: 6 // (n - 2))).map(lambda p: p[0] - p[1]), None),
]
ENDS = [
    ("fold", (0, lambda total, x: total + x)),
    ("fold", (1, lambda total, x: total + 12 // (number(x) - 2))),
    ("fold", (list, lambda all_, x: [*all_, *x])),
    ("reduce", (lambda total, x: total + x,)),
    ("reduce", (lambda one, x: max(x, one),)),
    ("count", ()),
    ("max", ()),
]
starts = st.lists(st.one_of(st.integers(-3, 6), st.integers(-3, 9).map(Price), st.text("ab", max_size=2)), max_size=8)


def followed(stream, chain, end):
    for method, function in chain:
        if not isinstance(method, str):
            stream = method(stream).assume_ordering(nondet("for the next step"))
            continue
        given = function if isinstance(function, tuple) else () if function is None else (function,)
        stream = getattr(stream, method)(*given)
    if end:
        stream = getattr(stream, end[0])(*end[1]).into_stream()
    return stream


def located(data, chain, end=None):
    """Give the one place of a flow, ready to start."""
    flow = FlowBuilder("chain")
    followed(flow.process().source_iter(data), chain, end).for_each(repr)
    return loaded(compile_flow(flow.graph))


def outcome(data, chain, end=None):
    """Give what came out, and the problem."""
    location = located(data, chain, end)
    try:
        location.start()
        while location.step():
            pass
    except Exception as error:  # noqa: BLE001 - whatever a function raises is its outcome
        return repr(location.state and location.state.samples), location.problem(error, 0)
    return repr(location.state.samples), None


def without(monkeypatch, run):
    """Run something with every variable written out."""
    with monkeypatch.context() as patch:
        patch.setattr(unit, "inline", lambda *_: None)
        return run()


@given(starts, st.lists(st.sampled_from(CHAIN), min_size=1, max_size=6), st.sampled_from([*ENDS, None]))
@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
def test_a_problem_is_the_same_as_with_every_variable_written_out(monkeypatch, data, chain, end):
    assert outcome(data, chain, end) == without(monkeypatch, lambda: outcome(data, chain, end))


def folded(text, kept=(), lists=("out",)):
    """Give what becomes of a few lines that all come from one operator."""
    body = Writer()
    for line in textwrap.dedent(text).strip().split("\n"):
        body.write(line, FIRST)
    inline(body, kept, lists)
    return "\n".join(body.lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y = x ^ 5\nt = t + y", "t = t + (x ^ 5)"),
        ("y = x * 5\nt = t + y", "t = t + x * 5"),
        ("y = x - 5\nt = t - y", "t = t - (x - 5)"),
        ("y = x - 5\nt = y - t", "t = x - 5 - t"),
        ("y = x ** 2\nt = y ** 2", "t = (x ** 2) ** 2"),
        ("y = -x\nt = y ** 2", "t = (-x) ** 2"),
        ("y = not x\nt = y == 2", "t = (not x) == 2"),
        ("y = x < 3\nt = y < 2", "t = (x < 3) < 2"),
        ("y = x or 3\nt = y + 2", "t = (x or 3) + 2"),
        ("y = 1 if x else 2\nt = [y, 3]", "t = [1 if x else 2, 3]"),
        ("y = x, 3\nt = f(y)", "t = f((x, 3))"),
        ("y = (x), (z)\nt = f(y)", "t = f(((x), (z)))"),
        ("y = lambda a: a + x\nt = (y, 1)", "t = ((lambda a: a + x), 1)"),
        ("y = f(x)\nt = y.name", "t = f(x).name"),
        ("y = x + 1\nt = y.name", "t = (x + 1).name"),
        ("y = f(x)\nout.append((x, y))", "out.append((x, f(x)))"),
        ("y = f(x)\nt += y", "t += f(x)"),
        ("y = f(x)\nt[k] = y", "t[k] = f(x)"),
        ("y = f(x)\nif y > 3:\n    continue", "if f(x) > 3:\n    continue"),
        ("y = x + 1\nz = y + 2\nt = z * 3", "t = (x + 1 + 2) * 3"),
        ("a = f(x)\nb = g(x)\nt = a + b", "t = f(x) + g(x)"),
        ("y = f(x)\nt = ('ü', é, y)", "t = ('ü', é, f(x))"),
        ("y = x ^ 5\ny = y + 2\nt = y * y", "y = (x ^ 5) + 2\nt = y * y"),
        ("y = t.get(k, 0)\ny = y + x\nt[k] = y\nu = u ^ y", "y = t.get(k, 0) + x\nt[k] = y\nu = u ^ y"),
        ("y = x + 1\ny = y + 2\ny = y + 3\nt = y * y", "y = x + 1 + 2 + 3\nt = y * y"),
        ("y = x + 1\ny = f(y)\nt[k] = y", "t[k] = f(x + 1)"),
        ("y = y + 1\ny = y * 2\nt = y", "y = (y + 1) * 2\nt = y"),
    ],
)
def test_it_is_written_where_it_is_read(text, expected):
    assert folded(text) == expected
    compile(f"def f():\n  for x in x:\n{textwrap.indent(expected, '    ')}", "", "exec")


@pytest.mark.parametrize(
    "text",
    [
        "y = f(x)\nt = y + y",
        "y = f(x)\nt = 1\nu = y",
        "y = f(x)\nt = g(x) + y",
        "y = f(x)\nt = g.h(y)",
        "y = f(x)\nt[k] += y",
        "y = f(x)\nt = a[0] + y",
        "y = f(x)\nt = a and y",
        "y = f(x)\nt = y if a else 3",
        "y = f(x)\nt = a < b < y",
        "y = f(x)\nt = [y for a in b]",
        "y = f(x)\nt = lambda: y",
        "y = f(x)\nt = f'{y}'",
        "y = f(x)\nt = g(*y)",
        "y = f(x)\nt = g(**y)",
        "y = a < b < x\nif y:\n    pass",
        "y = a and x\nt = not y",
        "y = f(x)\nt = {a: y}",
        "y = f(x)\nfor a in y:\n    pass",
        "y = f(x)\nwhile y:\n    pass",
        "y = (z := x)\nt = z + y",
        "y = z = f(x)\nt = y",
        "a, y = f(x)\nt = y",
        "y = 1 + 2\nt = y is x",
        "y = (x, 1)\nt = y['a']",
        "y = [x]\nt = y is None",
        "try:\n    y = f(x)\n    t = 1 + y\nexcept E:\n    pass",
        "if x:\n    y = f(x)\nt = y",
        "kept = f(x)\nt = kept",
        "kept = f(x)\nkept = kept + 1",
        "y = f(x)\ny = y + y\nt = y * y",
        "y = f(x)\ny = g(x) + y\nt = y * y",
        "y = f(x)\ny += 1\nt = y * y",
        "y = f(x)\ny, z = y\nt = y * y",
        "y = f(x)\nz = y\nt = y * y",
        "z = lambda: y\ny = f(x)\ny = y + z()\nt = y * y",
        "z = (y for _ in x)\ny = f(x)\ny = y + next(z)\nt = y * y",
        "y = f(x)\nif y:\n    y = y + 1\nt = y * y",
        f"y = f(x, '{'long' * 10}')\nt = g(y, '{'long' * 15}')",
    ],
)
def test_it_is_left_where_something_else_would_happen(text):
    assert folded(text, kept=("kept",)) == text


def test_an_element_that_cannot_be_worked_out_again_keeps_its_variable():
    body = Writer()
    body.write("y = f(x)", FIRST)
    body.write("t = t + y", SourceLine("b", "fold", SITE, "y"))
    inline(body, (), ())
    assert body.lines == ["y = f(x)", "t = t + y"]


def test_an_element_keeps_its_variable_where_that_is_set_anew():
    body = Writer()
    body.write("y = x + 1", FIRST)
    body.write("y = y * 2", SourceLine("b", "map", SITE, "y"))
    body.write("t = y + y", SourceLine("b", "map", SITE, "x"))
    inline(body, (), ())
    assert body.lines == ["y = x + 1", "y = y * 2", "t = y + y"]


def test_each_part_of_a_line_says_what_it_comes_from():
    body = Writer()
    body.write("y = x // 2", FIRST)
    body.write("z = y // 3", SECOND)
    body.write("t = t + z", SourceLine("c", "fold", SITE, "z"))
    inline(body, (), ())
    (line,), (origin,) = body.lines, body.origins
    assert line == "t = t + x // 2 // 3"
    assert [
        origin.at(line.index(part), line.index(part) + len(part)).slot for part in ("x // 2", "x // 2 // 3", line)
    ] == [
        "a",
        "b",
        "c",
    ]
    assert origin.element == "(x // 2 // 3)"


def test_where_nothing_else_can_fail_the_line_is_the_expressions_own():
    body = Writer()
    body.write("y = f(x)", FIRST)
    body.write("out.append(y)", SourceLine("b", "send", SITE, "y"))
    inline(body, (), ("out",))
    (origin,) = body.origins
    assert (origin.slot, origin.at(0, 16).slot, origin.at(11, 15).slot) == ("a", "b", "a")


def test_without_columns_the_line_tells_its_operator(tmp_path):
    script = """
        from hydro_nb import FlowBuilder
        from hydro_nb.testing import collect
        numbers = FlowBuilder().process().source_iter([1, 0])
        print(collect(numbers.map(lambda n: 1 // n).fold(0, lambda t, n: t + n), backend="inprocess"))
    """
    file = tmp_path / "program.py"
    file.write_text(textwrap.dedent(script))
    run = subprocess.run([sys.executable, "-X", "no_debug_ranges", file], capture_output=True, text=True, check=False)
    assert "ZeroDivisionError" in run.stderr
    assert "`fold`" in run.stderr
