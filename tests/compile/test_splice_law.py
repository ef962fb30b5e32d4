"""Spliced and called functions give the same value, or the same error."""

import copy

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from splicing import compiled, function, outcome

NASTY = [
    ("lambda x, y: x + y", [1, "a"]),
    ("lambda x, y: x[3]", [[1], 2]),
    ("lambda x, y: [x for x in x if x]", [[1, 0, 2], 2]),
    ("lambda x, y: {y: [y for y in x] for y in x}", [[1, 2], 5]),
    ("lambda x, y: [(a, b) for a in x for b in range(a)]", [[1, 2], 5]),
    ("lambda x, y: [x for y in x for x in y]", [[[1], [2]], 5]),
    ("lambda x, y: sorted(x, key=lambda y: -y)", [[1, 2], 5]),
    ("lambda x, y: sorted(x, key=lambda a: a * y)", [[1, 2], -5]),
    ("lambda x, y: max((y - a for a in x), default=x)", [[1, 2], -5]),
    ("lambda x, y: (lambda x: x + 1)(y)", [1, 2]),
    ("lambda x, y: (lambda a, b=y: a)(x)", [1, 2]),
    ("lambda x, y: (x := x + 1, x, y)", [1, 2]),
    ("lambda x, y: (z := y) if x else z", [0, 2]),
    ("lambda x, y: (x, y)[y]", [1, 2]),
    ("lambda x, y: f'{x:>{y}}|{x!r}|{{}}|{\"q\"}'", ["a'b\"", 10]),
    ("lambda x, y: f'''{x[\"k\"]} {'a' \"b\"}'''", [{"k": 1}, 10]),
    ("lambda x, y: f\"\"\"{'''\n'''.join(x)}\n\"\"\"", [["a", "b"], 10]),
    ("lambda x, y: x < y < x", [1, 2]),
    ("lambda x, y: not x == y, ", [1, 2]),
    ("lambda x, y: -x ** -y", [2, 2]),
    ("lambda x, y: (-1) ** y + -0.0 * x", [2, 2]),
    ("lambda x, y: 1_000_000_000_000_000_000_000 * x + 0xFF", [2, 2]),
    ("lambda x, y: x.__class__.__name__", [2, 2]),
    ("lambda x, y: x if y else (yy for yy in x)", [2, 0]),
    ("lambda x, y: print", [2, 0]),
    ("lambda x, y: {**x, 'y': y}", [{"a": 1}, 0]),
    ("lambda x, y: [*x, *y]", [[1], 0]),
    ("lambda x, y: dict(*x, **y)", [[], {"a": 1}]),
    ("lambda x, y: x[1:y, ...]", [[], 1]),
    ("lambda x, y: x[1:y]", [[1, 2, 3], -1]),
    ("lambda x, y: x is y", [None, None]),
    ("lambda x, y: x()", [print, None]),
    ("def f(x, y):\n    x += y\n    return x", [[1], [2]]),
    ("def f(x, y):\n    x, y = y, x\n    return x, y", [1, 2]),
    ("def f(x, y):\n    x.append(y)", [[1], 2]),
    ("def f(x, y):\n    a = b = x\n    a *= y\n    return a, b", [2, 3]),
    ("def f(x, y):\n    assert x, f'bad {y}'\n    return x", [0, 3]),
    ("def f(x, y):\n    z += x\n    return z", [0, 3]),
    ("def f(x, y):\n    *a, b = x\n    return a, b", [[1, 2, 3], 3]),
    ("def f(x, y):\n    a, b = x\n    return a", [[1, 2, 3], 3]),
    ("def f(x, y):\n    if x:\n        z = 1\n    return z", [0, 3]),
    ("def f(x, y):\n    while x > 0:\n        x -= y\n        if x == 1:\n            break\n    return x", [7, 2]),
    (
        "def f(x, y):\n    for i, z in enumerate(x):\n        y += i * z\n    else:\n        y += 1\n    return y",
        [[3, 4], 2],
    ),
    (
        "def f(x, y):\n    if x:\n        if y: return 1\n        else: return 2\n    return 3",
        [1, 0],
    ),
    ("def f(x, y):\n    if x:\n        print\n    elif y:\n        return 1", [0, 1]),
    ("def f(x, y):\n    if x:\n        return 1\n    if y:\n        return 2\n    z = 5\n    return z", [0, 0]),
    ("def f(x, y):\n    if not x:\n        raise KeyError(y) from None\n    return x", [0, 7]),
    ("def f(x, y):\n    return f(x - 1, y + x) if x else y", [4, 0]),
    ("def f(x, y, seen=[]):\n    seen.append(x)\n    return len(seen), seen", [4, 0]),
    ("def f(x, /, y):\n    return x, y", [4, 0]),
    ("def f(x, y):\n    'doc'", [4, 0]),
    ("def f(x, y):\n    x.count = 1", [4, 0]),
    ("def f(x, y):\n    return next(iter(x))", [[], 0]),
    ("def f(x, y):\n    result = x\n    if y:\n        result = y\n        return result\n    return result", [1, 2]),
    ("from __future__ import annotations\ndef f(x: no, y: no) -> no:\n    z: no = x\n    return z", [1, 2]),
    ("if True:\n    def f(x, y): return x; return y", [1, 2]),
    ("class A:\n    __z = 1\n    f = lambda x, y: A._A__z\nf = A.f", [1, 2]),
    ("f, g = (lambda x, y: x), (lambda x, y: y)", [1, 2]),
    ("g, f = (lambda x, y: x), (lambda x, y: y)", [1, 2]),
    ("def deco(f): return f\n@deco\n@deco\ndef f(x, y):\n    return x", [1, 2]),
    ("import math\nf = lambda x, y: math.gcd(x, y) if math.isfinite(x) else 0", [12, 18]),
    ("def f(x, y): return 1\ndef f(x, y): return 2", [1, 2]),
]


@pytest.mark.parametrize(("text", "values"), NASTY)
def test_nasty_functions(text, values):
    x, y = copy.deepcopy(values)
    _, run = compiled(function(text), ["a", "b"], {"a": x, "b": y})
    x, y = copy.deepcopy(values)
    fn = function(text)
    assert outcome(run) == outcome(lambda: fn(x, y))


atoms = st.sampled_from(
    ["x", "y", "x[0]", "x[1]", "x[-1]", "y[1]", "0", "3", "-2", "2.5", "'ab'", "None", "()", "(x, y)"]
)


def deeper(inner):
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map("({0[0]} + {0[1]})".format),
        st.tuples(inner, st.sampled_from(["-", "*", "//", "%", "<", "==", "is", "in", "and", "or"]), inner).map(
            "({0[0]} {0[1]} {0[2]})".format
        ),
        st.tuples(inner, inner, inner).map("({0[0]} if {0[1]} else {0[2]})".format),
        pair.map("({0[0]}, {0[1]})".format),
        pair.map("[x for x in {0[0]} if {0[1]}]".format),
        pair.map("[({0[0]}, z) for z in {0[1]}]".format),
        pair.map("{{y: {0[0]} for y in {0[1]}}}".format),
        inner.map("sum(z for z in {0})".format),
        pair.map("sorted({0[0]}, key=lambda z: {0[1]})".format),
        inner.map("(not {0})".format),
        inner.map("(-{0})".format),
        inner.map("{0}[0]".format),
        inner.map("(lambda x: {0})(y)".format),
        inner.map("f'<{{{0}!r}}>'".format),
        pair.map("((w := {0[0]}), w, {0[1]})".format),
        pair.map("((x := {0[0]}) or {0[1]})".format),
    )


texts = st.recursive(atoms, deeper, max_leaves=8)
small = st.one_of(st.integers(-3, 3), st.text("ab", max_size=2), st.none())
values = st.one_of(small, st.tuples(small, small), st.lists(small, max_size=3))
forms = st.sampled_from(["x", "y", "a", "(a, b)", "((a, b), y)", "()", "3", "'s'", "None", "(x, 1)"])


def made(text):
    try:
        return function(text, z=(1, 2), a=3, b=[4], w=5)
    except SyntaxError:
        reject()


@settings(max_examples=400, deadline=None)
@given(texts, forms, forms, values, values, values, values)
def test_expressions(text, first, second, x, y, a, b):
    space = {"x": x, "y": y, "a": a, "b": b}
    given = [eval(form, {}, space) for form in (first, second)]
    fn = made(f"f = lambda x, y: {text}")
    _, run = compiled(fn, [first, second], space)
    assert outcome(run) == outcome(lambda: fn(*given))


statements = st.one_of(
    texts.map("x = {0}".format),
    texts.map("z = {0}".format),
    texts.map("y += {0}".format),
    st.tuples(texts, texts).map("if {0[0]}:\n        z = {0[1]}".format),
    st.tuples(texts, texts).map("if {0[0]}:\n        return {0[1]}".format),
    st.tuples(texts, texts, texts).map("if {0[0]}:\n        y = {0[1]}\n    else:\n        return {0[2]}".format),
    texts.map("for z in {0}:\n        x = (x, z)".format),
    texts.map("a, b = {0}".format),
    st.just("y = (x, z)"),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(statements, min_size=1, max_size=4), texts, forms, values, values, values, values)
def test_functions_of_several_lines(body, result, first, x, y, a, b):
    space = {"x": x, "y": y, "a": a, "b": b}
    lines = "".join(f"    {line}\n" for line in [*body, f"return {result}"])
    fn = made(f"def f(x, y):\n{lines}")
    _, run = compiled(fn, [first, "y"], copy.deepcopy(space))  # what one run changes, the other must not see
    spliced = outcome(run)
    argument = eval(first, {}, space)
    assert spliced == outcome(lambda: fn(argument, y))
