"""Python drawn at random: expressions, functions and chains of operators, as the text of a cell."""

from __future__ import annotations

from io import StringIO
from typing import Any

from hypothesis import strategies as st

LONGEST = 2000
"""Letters of what is done, or comes out, in a test."""


class Log:
    """What was done, in order: one text for all processes, so that a test sees what is done in a simulated one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = StringIO()

    def told(self, value: Any) -> Any:
        """Note a value, and give it back."""
        if self.text.tell() > LONGEST:
            raise OverflowError("more than anybody would read")
        self.text.write(f"{value!r}\n")
        return value

    def begin(self) -> None:
        """Forget what was done."""
        self.text.seek(0)
        self.text.truncate()

    @property
    def done(self) -> str:
        """All of it, a line for each."""
        return self.text.getvalue()

    def __deepcopy__(self, _: object) -> Log:
        return self

    def __reduce__(self) -> str:
        return self.name


LOG, OUT = Log("LOG"), Log("OUT")
told = LOG.told


def checked(value: Any) -> Any:
    """Raise where a value is empty."""
    if not value:
        raise ValueError(f"nothing in {value!r}")
    return value


class Told:
    """A number whose operators can be seen, and which some of them refuse."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __repr__(self) -> str:
        return f"Told({self.n})"

    def __add__(self, other: Any) -> Any:
        return Told(told(self.n) + 1) if isinstance(other, Told | int) else NotImplemented

    def __radd__(self, other: Any) -> Any:
        return told(self.n)

    def __bool__(self) -> bool:
        return checked(told(self.n + 1)) > 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Told) and other.n == self.n

    def __hash__(self) -> int:
        return hash(checked(self.n + 2))

    def __lt__(self, other: Any) -> Any:
        return told(self.n) < other

    def __iter__(self) -> Any:
        yield told(self.n)
        yield self.n // checked(self.n + 1)

    def __call__(self, *args: Any, **more: Any) -> Any:
        return told((self.n, args, more))


GLOBALS = {
    "g": 3,
    "d": 4,
    "w": 5,
    "y": 6,
    "z": 7,
    "q": 8,
    "a": "A",
    "b": [9],
    "acc": 1,
    "more": {},
    "rest": (),
    "inner": str,
}
GLOBALS |= {"table": {0: "zero", 1: None, "ab": 2}, "pair": (1, 2), "told": told, "checked": checked, "Told": Told}
"""what the cells find around them; `k` is a variable of the function around the operators, which goes on changing"""
ATOMS = [
    "x", "x", "x", "x[0]", "x[-1]", "x[1:]", "k", "k", "d", "g", "pair", "table", "0", "1", "2", "-1", "2.5",
    "'ab'", "''", "None", "True", "()", "[]", "Told(1)", "(x, k)", "[x, 1]", "{'a': x}",
]  # fmt: skip
ONE = [
    "(not {0})", "(-{0})", "{0}[0]", "told({0})", "told({0})", "checked({0})", "str({0})", "len({0})",
    "({0}).__class__.__name__", "f'<{{{0}!r:>4}}|{{k}}>'", "[*{0}]", "sum(z for z in {0})",
    "[told(z) for z in {0}]", "(lambda x: x)({0})", "(lambda *a, **m: (a, m))({0}, q=k)",
    "(lambda z, y=x: (z, y))({0})", "[(lambda: z) for z in {0}][-1]()", "table.get({0})", "table[{0}]",
    "str({0}).upper()", "', '.join({0})", "bool({0})", "list(map(told, {0}))", "any(told(z) for z in {0})",
    "(lambda f: f(f))(lambda f: {0})", "(*{0}, 1)", "dict(a={0})['a']", "Told({0})", "({0})(1, q=2)",
    "({0}).missing",
]  # fmt: skip
TWO = [
    "({0} + {1})", "({0} + {1})", "({0} - {1})", "({0} * {1})", "({0} // {1})", "({0} % {1})", "({0} ^ {1})",
    "({0} == {1})", "({0} < {1})", "({0} in {1})", "({0} is {1})", "({0} and {1})", "({0} or {1})", "({0}, {1})",
    "[{0}, {1}]", "{{{0}: {1}}}", "((w := {0}), w, {1})", "((x := {0}) or {1})",
    "((w := {0}) and [w for _ in {1}])", "[z for z in {0} if {1}]", "{{z: {1} for z in {0}}}",
    "[(z, y) for z in {0} for y in {1}]", "sorted({0}, key=lambda z: {1})", "max({0}, {1})",
    "(lambda z, *r: (z, r))({0}, *{1})", "(lambda z, /, *, q: (q, z))({0}, q={1})", "{0}[{1}]",
    "f'{{{0}}}{{told({1})}}'", "(lambda g: lambda z: (g, z))({0})({1})", "[lambda: ({0}), lambda: ({1})][0]()",
    "zip({0}, {1})", "divmod({0}, {1})",
]  # fmt: skip
THREE = [
    "({0} if {1} else {2})", "({0} < {1} <= {2})", "({0} == told({1}) != {2})", "({0} or {1} and {2})",
    "({0}, {1}, {2})",
]  # fmt: skip


def _deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    forms = [(ONE, 1), (TWO, 2), (THREE, 3)]
    drawn = [st.tuples(st.sampled_from(texts), st.tuples(*[inner] * many)) for texts, many in forms]
    return st.one_of(drawn).map(lambda form: form[0].format(*form[1]))


expressions = st.recursive(st.sampled_from(ATOMS), _deeper, max_leaves=7)
"""Expressions of an element `x`, of `k` and `d`, and of what is around; many of them fail."""
sure = st.sampled_from(
    [
        "x",
        "(x, k)",
        "told(x)",
        "[x]",
        "str(x)",
        "(k, told(x))",
        "x if x else k",
        "(w := x) or w",
        "(x, x)",
        "[x, k, x]",
        "len(str(x))",
    ]
)
"""Expressions that never fail."""
values = st.one_of(sure, sure, expressions)

STATEMENTS = [
    "x = {0}", "z = {0}", "w = z = {0}", "a, b = {0}", "x += {0}", "told({0})", "z: int = {0}", "assert {0}, {1}",
    "x = (x, k)", "if {0}:\n            x = {1}", "if {0}:\n            return {1}",
    "if {0}:\n            z = {1}\n        else:\n            return x",
    "for z in {0}:\n            x = (x, told(z))",
    "for z in {0}:\n            if {1}:\n                break\n        else:\n            z = 0",
    "if {0}:\n            raise KeyError({1})", "while x:\n            x = {0}\n            break",
    "z = lambda y: ({0}, y)\n        x = z({1})",
    "try:\n            z = {0}\n        except TypeError:\n            z = {1}",
    "def inner(y=k):\n            return {0}\n        x = inner({1})",
]  # fmt: skip
PARAMETERS = [
    "{0}", "{0}", "{0}", "{0}, d=7", "{0}, *, d=k", "{0}, *rest, d=x_, **more", "{0}, /, d=(k, 1)",
]  # fmt: skip


@st.composite
def functions(draw: st.DrawFn, params: str, *, before: list[str]) -> str:
    """Give a function of these parameters: a lambda, or the name of one that is put before it."""
    head = draw(st.sampled_from(PARAMETERS)).format(params).replace("d=x_", "d='x'")
    if draw(st.integers(0, 3)):
        return f"lambda {head}: {draw(values)}"
    name = f"f{len(before)}"
    body = draw(st.lists(st.sampled_from(STATEMENTS), max_size=3))
    lines = [text.format(draw(values), draw(values)) for text in body]
    inside = "".join(f"        {line}\n" for line in [*lines, f"return {draw(values)}"])
    before.append(f"    def {name}({head}):\n{inside}")
    return name


READY = [
    "str", "repr", "bool", "len", "tuple", "told", "Told(2)", "table.get", "'{}'.format", "[1, 2, 'ab'].index",
    "checked",
]  # fmt: skip
"""What is not a function of this cell's own text."""
CHAIN = [
    "map", "map", "map", "filter", "filter_map", "flat_map_ordered", "inspect",
]  # fmt: skip
ENDS = [
    "fold(0, {0})", "fold('', {0})", "fold(list, {0})", "reduce({0})", "fold(0, lambda t, x: t + x)",
    "reduce(lambda t, x: t + x)",
]  # fmt: skip
KEYED = [
    "map({1})", "filter({1})", "flat_map_ordered({1})", "inspect({1})", "map_with_key({0})", "filter_with_key({0})",
]  # fmt: skip
KEYED_ENDS = [
    "fold(0, {0})", "fold(1, {0})", "reduce({0})", "fold(0, lambda n, _: n + 1)", "value_counts()", "scan(0, {2})",
]  # fmt: skip


@st.composite
def cells(draw: st.DrawFn) -> str:
    """Give a function that puts a chain of operators on a stream, each with a function drawn at random."""
    lines: list[str] = ["    k = 1\n"]

    def one() -> str:
        return draw(st.sampled_from(READY)) if draw(st.integers(0, 5)) == 0 else draw(functions("x", before=lines))

    def add(text: str) -> None:
        lines.append(f"    s = s.{text}\n")
        if draw(st.booleans()):
            lines.append(f"    k = {draw(st.sampled_from(['2', '(k, 3)', repr('c'), '[k]']))}\n")

    for _ in range(draw(st.integers(1, 4))):
        add(f"{draw(st.sampled_from(CHAIN))}({one()})")
    two = functions("acc, x", before=lines)
    match draw(st.sampled_from(["", "whole", "keyed"])):
        case "whole":
            add(draw(st.sampled_from(ENDS)).format(draw(two)))
            add(f"{draw(st.sampled_from(['map', 'filter', 'filter_map']))}({one()})")
            add("into_stream()")
        case "keyed":
            add(f"map(lambda x: ({draw(values)}, {draw(values)}))")
            add("into_keyed()")
            for text in draw(st.lists(st.sampled_from(KEYED), max_size=2)):
                add(text.format(draw(functions("acc, x", before=lines)), one()))
            running = f"lambda acc, x: ({draw(values)}, told({draw(values)}))"
            add(draw(st.sampled_from(KEYED_ENDS)).format(draw(two), "", running))
            add("entries()")
        case _:
            pass
    return "".join(["def build(s):\n", *lines, "    return s\n"])


def _things() -> st.SearchStrategy[Any]:
    small = st.one_of(st.integers(-2, 4), st.text("ab", max_size=2), st.none(), st.booleans(), st.just(1.5))
    told_ = st.integers(-2, 3).map(Told)
    return st.one_of(small, small, told_, st.tuples(small, small), st.lists(small, max_size=3), st.tuples(small, told_))


starts = st.lists(_things(), max_size=6)
"""The elements of a source."""
