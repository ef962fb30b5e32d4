"""The text that functions are rendered to."""

import math

import pytest
from splicing import define, function, rendered, shown

from hydro_nb.compile.names import Names
from hydro_nb.errors import CaptureError

SPLICED = [
    # text, arguments, what is written
    ("lambda n: n * 10", ["item"], "item * 10"),
    ("lambda: [1, 2]", [], "[1, 2]"),
    ("lambda kv: (kv[0], kv[1] + 1)", ["(k, v)"], "(k, v + 1)"),
    ("lambda kv: kv[-1]", ["(k, v)"], "v"),
    ("lambda kv: kv[0][1]", ["((a, b), c)"], "b"),
    ("lambda kv: kv[0]", ["((a, b), c)"], "(a, b)"),
    ("lambda kv: kv[1][2]", ["(k, v)"], "v[2]"),
    ("lambda kv: (kv, kv[0])", ["(k, v)"], "((k, v), k)"),
    ("lambda kv: (kv, kv)", ["(k, v)"], "kv = (k, v)\n(kv, kv)"),
    ("lambda kv: [kv for _ in range(2)]", ["(k, v)"], "kv = (k, v)\n[kv for _ in range(2)]"),
    ("lambda kv: kv[5]", ["(k, v)"], "kv = (k, v)\nkv[5]"),
    ("lambda kv: kv['a']", ["(k, v)"], "kv = (k, v)\nkv['a']"),
    ("lambda x: x is None", ["3"], "x = 3\nx is None"),
    ("lambda x: x + x", ["next(it)"], "x = next(it)\nx + x"),
    ("lambda x: 1", ["next(it)"], "x = next(it)\n1"),
    ("lambda _: 1", ["(k, v)"], "1"),
    ("lambda x, y=2: x + y", ["n"], "n + 2"),
    ("lambda x, *, y='a': x + y", ["n"], "n + 'a'"),
    ("lambda x, y=-1: x ** y", ["n"], "n ** (-1)"),
    ("lambda x, y=-1: y ** x", ["n"], "(-1) ** n"),
    ("lambda xs: [x for x in xs]", ["x"], "[x_2 for x_2 in x]"),
    ("lambda x: [x for x in x]", ["n"], "[x for x in n]"),
    ("lambda xs: sum(x for x in xs)", ["n"], "sum((x for x in n))"),
    ("lambda xs: ', '.join(str(x) for x in xs)", ["n"], "', '.join((str(x) for x in n))"),
    ("lambda xs: sorted(xs, key=lambda x: -x)", ["n"], "sorted(n, key=lambda x: -x)"),
    ("lambda xs, d: sorted(xs, key=lambda x: d[x])", ["n", "e"], "sorted(n, key=lambda x: e[x])"),
    ("lambda s: f'{s!r:>{10}} {s=}'", ["n"], "f'{n!r:>{10}} s={n!r}'"),
    ("lambda n: (m := n + 1) * m", ["n"], "(m := (n + 1)) * m"),
    ("lambda n: (yes := n > 1) and yes", ["n"], "(yes := (n > 1)) and yes"),
    ("lambda print: print", ["n"], "n"),
    ("lambda n: print(n)", ["n"], "print(n)"),
    ("lambda n: __debug__ and n", ["n"], "__debug__ and n"),
    ("lambda n: ... if n else b'x'", ["n"], "... if n else b'x'"),
    ("lambda n: 'a\\nb'", ["n"], "'a\\nb'"),
    ("lambda n: 'doc'", ["n"], "'doc'"),
    ("lambda n: (lambda n: 'doc')", ["n"], "lambda n: 'doc'"),
    ("lambda n: n - -0.0 + 1e400", ["n"], "n - -0.0 + 1e309"),
]


@pytest.mark.parametrize(("text", "args", "expected"), SPLICED)
def test_lambda_is_written_into_the_loop(text, args, expected):
    fn = function(text)
    assert shown(fn, *args) == expected
    assert rendered(fn, *args).spliced


DEFS = [
    ("def f(n):\n    'doc'\n    return n + 1", "n + 1"),
    ("def f(n):\n    pass", "pass\nNone"),
    ("def f(n):\n    n += 1\n    return n", "n_2 = n\nn_2 += 1\nn_2"),
    ("def f(n):\n    a, b = n\n    return b, a", "a, b = n\n(b, a)"),
    ("def f(n):\n    m: int = n\n    k: int\n    return m", "m = n\npass\nm"),
    ("def f(n):\n    assert n, 'none'\n    return n", "assert n, 'none'\nn"),
    ("def f(n):\n    if n:\n        return 'a'\n    return 'b'", "'a' if n else 'b'"),
    (
        "def f(n):\n    if n > 2:\n        return 'a'\n    elif n > 1:\n        return 'b'",
        "if n > 2:\n    result = 'a'\nelse:\n    result = 'b' if n > 1 else None\nresult",
    ),
    ("def f(n):\n    if n: return n[0]\n    return n", "n[0] if n else n"),
    (
        "def f(n):\n    if n:\n        return n[0]\n    return n",
        "if n:\n    result = n[0]\nelse:\n    result = n\nresult",
    ),
    (
        "def f(n):\n    if n > 2:\n        m = n\n        return m\n    return 0",
        "if n > 2:\n    m = n\n    result = m\nelse:\n    result = 0\nresult",
    ),
    (
        "def f(n):\n    if n < 0:\n        raise ValueError(n)\n    return n",
        "if n < 0:\n    raise ValueError(n)\nn",
    ),
    (
        "def f(n):\n    if n < 0:\n        raise ValueError(n)\n    else:\n        m = 1\n    return m",
        "if n < 0:\n    raise ValueError(n)\nelse:\n    m = 1\nm",
    ),
    (
        "def f(n):\n    t = 0\n    for x in n:\n        t += x\n    return t",
        "t = 0\nfor x in n:\n    t += x\nt",
    ),
    ("def f(d):\n    d['a'] = d.get('a', 0) + 1\n    d.b: int = 2", "n['a'] = n.get('a', 0) + 1\nn.b = 2\nNone"),
]


@pytest.mark.parametrize(("text", "expected"), DEFS)
def test_def_is_written_into_the_loop(text, expected):
    assert shown(function(text), "n") == expected


CALLED = [
    ("lambda xs: (x for x in xs)", "a generator expression may outlive the call"),
    ("lambda xs: map(str, (x for x in xs))", "a generator expression may outlive the call"),
    ("lambda n: lambda: n", "a lambda inside it keeps `n`"),
    ("lambda xs: [lambda: x for x in xs]", "a lambda inside it keeps `x`"),
    ("lambda n: locals()", "it uses `locals`"),
    ("lambda n: eval('n')", "it uses `eval`"),
    ("lambda *n: n", "it takes `*` arguments"),
    ("lambda n, m: n", "`m` is not given"),
    ("lambda: 1", "it takes 0 arguments"),
    ("lambda n: (yield n)", "it is a generator function"),
    ("lambda n: [m := x for x in n]", "it has `:=` beside a comprehension or lambda"),
    ("lambda n: n and (m := n) or m", "`m` may have no value where it is read"),
    ("lambda n: sys._getframe()", "it looks at frames (`_getframe`)"),
    ("def f(n):\n    global g\n    g = n", "it has `global`"),
    ("def f(n):\n    import math\n    return math", "it has `import`"),
    ("def f(n):\n    def g(): pass\n    return g", "it has `nested def`"),
    ("def f(n):\n    try:\n        return n\n    finally:\n        pass", "it has `try`"),
    ("def f(n):\n    with n:\n        pass", "it has `with`"),
    ("def f(n):\n    del n", "it has `delete`"),
    ("def f(n):\n    yield n", "it is a generator function"),
    ("async def f(n):\n    return n", "it is a coroutine function"),
    ("def f(n):\n    for x in n:\n        return x", "it returns from inside a loop"),
    ("def f(n):\n    if n:\n        m = 1\n    return m", "`m` may have no value where it is read"),
    ("def f(n):\n    for m in n:\n        pass\n    return m", "`m` may have no value where it is read"),
    ("def f(n):\n    if n:\n        if n > 1:\n            return 1\n    return 2", "one branch and goes on"),
    ("import functools\n@functools.lru_cache\ndef f(n):\n    return n", "it is not a Python function"),
    ("def f(n):\n    return n\nf.__wrapped__ = f", "it is decorated"),
    ("e = eval\ndef f(n):\n    return e('n')", "`e` is `eval`"),
    ("c = 0\ndef g():\n    global c\n    c += 1\nf = lambda n: n + c", "the global `c` is changed by `g`"),
    ("lambda n: 3 is n", "cannot be written"),
    ("class A:\n    c = 0\n    def f(self):\n        return self.__c\nf = A.f", "its source is not at hand"),
]


@pytest.mark.parametrize(("text", "reason"), CALLED)
def test_function_that_would_mean_something_else_is_called(text, reason):
    names = Names()
    result = rendered(function(text, sys=None), "item", names=names)
    assert (result.spliced, result.before) == (False, ())
    assert reason in result.reason
    assert result.expr.endswith("(item)")
    assert len(names.captures) == 1


def test_names_and_constants():
    text = "f = lambda n: math.sqrt(n) + LIMIT + BIG + len(TABLE) + NAN + YES"
    fn = function(text, math=math, LIMIT=3, BIG=10**60, TABLE={1: 2}, NAN=math.nan, YES=True)
    names = Names()
    assert shown(fn, "n", names=names) == "math.sqrt(n) + 3 + BIG + len(TABLE) + NAN + True"
    assert list(names.captures) == ["math", "BIG", "TABLE", "NAN"]
    assert shown(fn, "n", captured_at_compile=False) == "math.sqrt(n) + LIMIT + BIG + len(TABLE) + NAN + YES"


def test_same_object_has_one_name_and_another_under_its_name_has_its_own():
    names, table = Names(), {}
    assert shown(function("lambda n: table[n]", table=table), "n", names=names) == "table[n]"
    assert shown(function("lambda n: other[n]", other=table), "n", names=names) == "table[n]"
    assert shown(function("lambda n: table[n]", table=[]), "n", names=names) == "table_2[n]"
    assert shown(function("lambda n: state", state=[]), "n", names=names) == "state_2"
    assert shown(function("lambda n: print(n)", print=shown), "n", names=names) == "print_2(n)"


def test_a_call_that_fails_to_splice_leaves_no_names():
    names = Names()
    rendered(function("lambda xs: (table, (x for x in xs))", table={}), "n", names=names)
    assert list(names.captures) == ["function"]


def test_parts_of_a_tuple_result():
    assert rendered(function("lambda n: (n, n + 1)"), "n").parts == ("n", "n + 1")
    assert rendered(function("lambda n: (*n, 1)"), "n").parts is None
    assert rendered(function("lambda n: [n]"), "n").parts is None


def test_simple_results_and_atoms():
    assert rendered(function("lambda n: n"), "n").atom == "n"
    assert rendered(function("lambda n: n or 1"), "n").atom == "(n or 1)"


def test_lines_are_the_users():
    fn = function("def f(n):\n\n    m = n\n    if m:\n        m += 1\n    return (\n        m)")
    result = rendered(fn, "n")
    assert result.before == ("m = n", "if m:", "    m += 1")
    assert result.lines == (3, 4, 5, 7)


def test_called_functions_keep_their_names():
    space = define("def parse(n):\n    yield n\ng = lambda *a: a")
    assert shown(space["parse"], "n") == "parse(n)"
    assert shown(space["g"], "n", wanted="f_map") == "f_map(n)"
    assert shown(print, "n") == "print(n)"
    assert shown(str.upper, "n") == "upper(n)"
    assert shown([].append, "n") == "append(n)"


@pytest.mark.parametrize("text", ["lambda n: n + limt", "def f(n):\n    yield n + limt"])
def test_missing_name_is_an_error_that_names_it(text):
    with pytest.raises(CaptureError) as caught:
        rendered(function(text, LIMIT=3), "n")
    message = str(caught.value)
    assert "uses `limt`, which is not defined" in message
    assert "In[4], line 2:" in message
    assert "Did you mean `LIMIT`?" in message


def test_names_of_a_class_inside_a_called_function_are_no_globals():
    fn = function("def f(n):\n    class A:\n        x = 1\n        y = x + n + LIMIT\n    return A.y", LIMIT=3)
    assert shown(fn, "n") == "f(n)"


class Touchy:
    def __getattribute__(self, name):
        raise AssertionError(name)


def test_objects_of_the_notebook_are_left_alone():
    text = "class A:\n    @staticmethod\n    def f():\n        global c\n        c = 1\nf = lambda n: n + c + d"
    fn = function(text, c=1, d=2, touchy=Touchy())
    assert rendered(fn, "n").reason == "the global `c` is changed by `f`"


def test_missing_name_in_a_called_function_that_another_assigns_is_no_error():
    space = define("def f(n):\n    global made\n    made = n\n    return made")
    assert shown(space["f"], "n") == "f(n)"


def test_empty_closure_variable_is_an_error_that_names_it():
    fn = function("def make():\n    f = lambda n: n + late\n    yield f\n    late = 1\nf = next(make())")
    with pytest.raises(CaptureError, match="uses `late`, which has no value yet"):
        rendered(fn, "n")
