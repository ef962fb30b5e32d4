"""What numba, numpy and Python on numpy's scalars make of arithmetic is the same to the last bit."""

import numpy as np
from arithmetic import as_columns, as_loop, compiled, on_scalars, shown
from hypothesis import given, settings
from hypothesis import strategies as st

KINDS = ("int64", "float64")
INTS = [0, 1, -1, 2, 3, 7, -7, 10, 63, 64, 65, -64, 2**31, 2**53 + 1, 2**62, 2**63 - 1, -(2**63), -(2**63) + 1]
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 7.25, 1e16, 1e300, -1e300, 5e-324, 2.0**63, -1e19]
FLOATS += [float("inf"), -float("inf"), float("nan")]
PAIRS = [(a, b) for a in INTS for b in FLOATS]
COLUMNS = (np.array([a for a, _ in PAIRS]), np.array([b for _, b in PAIRS]))

_int_constants = st.sampled_from(["0", "1", "-1", "2", "-3", "10", "63", "64", "21845", "9223372036854775807"])
_float_constants = st.sampled_from(["0.0", "-0.0", "1.5", "-2.0", "0.1", "1e300"])


def _of(*kinds, sign):
    return st.tuples(*kinds).map(lambda parts: "(" + f" {sign} ".join(parts) + ")")


def _either(one, other, signs):
    """An operation whose operands are not both constants, which Python would work out without numpy."""
    return st.sampled_from(signs).flatmap(lambda sign: _of(one, other, sign=sign))


def _calls(kind):
    several = st.tuples(st.sampled_from(["min", "max"]), kind, kind).map(lambda t: f"{t[0]}({t[1]}, {t[2]})")
    return st.one_of(kind.map(lambda text: f"abs({text})"), several)


def _expressions(depth):
    """Give texts of integers, of floats and of truth values."""
    if not depth:
        return st.just("a"), st.just("b"), st.sampled_from(["a < 3", "b == 0.0", "a >= b"]).map("({})".format)
    ints, floats, tests = _expressions(depth - 1)
    any_int, any_float = st.one_of(ints, _int_constants), st.one_of(floats, ints, _float_constants)
    arithmetic = ["+", "-", "*", "//", "%"]
    chosen = st.tuples(ints, tests, ints).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})")
    chosen_floats = st.tuples(floats, tests, floats).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})")
    shifted = st.tuples(ints, st.sampled_from(["<<", ">>"]), st.sampled_from(["0", "3", "63", "64", "a"]))
    numbers = st.one_of(
        ints,
        _either(ints, any_int, [*arithmetic, "&", "|", "^"]),
        _either(_int_constants, ints, [*arithmetic, "&", "|", "^"]),
        ints.map(lambda text: f"(-{text})"),
        ints.map(lambda text: f"(~{text})"),
        st.tuples(ints, st.sampled_from(["0", "1", "2", "3", "7"])).map(lambda t: f"({t[0]} ** {t[1]})"),
        shifted.map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        chosen,
        _calls(ints),
    )
    reals = st.one_of(
        floats,
        _either(floats, any_float, [*arithmetic, "/"]),
        _either(ints, any_int, ["/"]),
        _either(st.one_of(ints, _float_constants), floats, [*arithmetic, "/"]),
        ints.map(lambda text: f"float({text})"),
        floats.map(lambda text: f"(-{text})"),
        chosen_floats,
        _calls(floats),
        floats.map(lambda text: f"np.sqrt({text})"),
    )
    compared = st.one_of(
        _either(ints, any_int, ["<", "<=", ">", ">=", "==", "!="]),
        _either(floats, any_float, ["<", "<=", ">", ">=", "==", "!="]),
        st.tuples(ints, ints, any_int).map(lambda t: f"({t[0]} < {t[1]} <= {t[2]})"),
    )
    truths = st.one_of(
        compared,
        _either(tests, tests, ["and", "or"]),
        tests.map(lambda text: f"(not {text})"),
        ints.map(lambda text: f"({text} in (1, 2, 3))"),
        floats.map(lambda text: f"np.isnan({text})"),
    )
    return numbers, reals, truths


FUNCTIONS = st.one_of(*_expressions(3)).map(lambda text: f"lambda a, b: {text}")


@given(FUNCTIONS)
@settings(max_examples=150, deadline=None)
def test_columns_and_loops_are_what_numpys_scalars_give(text):
    want = shown(on_scalars(text, COLUMNS))
    assert shown(as_columns(text, COLUMNS, KINDS)) == want
    assert shown(as_loop(text, COLUMNS, KINDS)) == want


@given(st.lists(FUNCTIONS, min_size=12, max_size=12))
@settings(max_examples=3, deadline=None)
def test_what_numba_compiles_gives_the_same(texts):
    for text, column in zip(texts, compiled(texts, COLUMNS, KINDS), strict=True):
        assert shown(column) == shown(as_columns(text, COLUMNS, KINDS)), text
