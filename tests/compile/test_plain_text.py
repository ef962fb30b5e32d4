"""Syntax trees as text: what is taken for plain, and so not read again, would be read as it was written."""

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.compile import text
from hydro_nb.compile.body import SpliceError

LEAVES = st.one_of(
    st.sampled_from(["n", "total", "_x2"]).map(lambda name: ast.Name(name, ast.Load())),
    st.one_of(st.integers(-5, 1 << 70), st.booleans(), st.none(), st.text(max_size=3)).map(ast.Constant),
)
OPERATORS = st.sampled_from([ast.Add, ast.Mult, ast.Pow, ast.Mod, ast.BitXor, ast.Sub, ast.FloorDiv, ast.LShift])
COMPARISONS = st.sampled_from([ast.Eq, ast.Lt, ast.In, ast.NotIn, ast.Is, ast.IsNot])


def larger(inner):
    """Draw expressions that are made of others."""
    some = st.lists(inner, max_size=3)
    return st.one_of(
        st.builds(lambda a, op, b: ast.BinOp(a, op(), b), inner, OPERATORS, inner),
        st.builds(lambda op, a: ast.UnaryOp(op(), a), st.sampled_from([ast.USub, ast.Not, ast.Invert]), inner),
        st.builds(lambda a, op, b, c: ast.Compare(a, [op(), ast.Eq()], [b, c]), inner, COMPARISONS, inner, inner),
        st.builds(lambda op, a, b: ast.BoolOp(op(), [a, b]), st.sampled_from([ast.And, ast.Or]), inner, inner),
        st.builds(ast.IfExp, inner, inner, inner),
        some.map(lambda parts: ast.Tuple(parts, ast.Load())),
        st.builds(lambda owner, args: ast.Call(owner, args, []), inner, some),
        st.builds(lambda owner, index: ast.Subscript(owner, index, ast.Load()), inner, inner),
        st.builds(lambda owner: ast.Attribute(owner, "real", ast.Load()), inner),
    )


def written(expr):
    return text.text_of([ast.Expr(expr, lineno=7)])


@given(st.recursive(LEAVES, larger, max_leaves=12))
def test_what_is_plain_is_read_as_it_is_written_and_nothing_warns_of_it(expr):
    if text._is_plain(expr):
        (line,), numbers = written(expr)
        with warnings.catch_warnings(action="error"):
            again = ast.parse(f"pass\n{line}")
            compile(again, "<test>", "exec")
        assert ast.dump(again.body[1].value) == ast.dump(expr)
        assert numbers == [7]


@pytest.mark.parametrize("source", ["n * 3 + 1", "not n % 2 == 0", "a.b[c, 0](n, 'x')", "(a, (b, c)) if a else ()"])
def test_what_functions_of_a_line_are_made_of_is_plain(source):
    expr = ast.parse(source, mode="eval").body
    assert text._is_plain(expr)
    assert written(expr) == ((source,), [7])


def test_a_number_with_a_sign_would_be_read_as_something_else():
    with pytest.raises(SpliceError, match="read back as something else"):
        written(ast.BinOp(ast.Constant(-1), ast.Pow(), ast.Constant(2)))
