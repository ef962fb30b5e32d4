"""A function as an operator holds it: frozen, described, checked for its number of arguments."""

import functools
import linecache
import threading

import pytest
from splicing import SITE, compiled, define, function, rendered, shown

from hydro_nb.compile.names import Names
from hydro_nb.ir.func import Func
from hydro_nb.ir.locate import locate


def of(fn):
    return Func.of(fn, SITE)


def test_a_loop_variable_keeps_its_value_of_that_moment():
    funcs = define("def make(of): return [f for i in range(3) for f in [of(lambda n: n + i)]]")["make"](of)
    assert [func.fn(10) for func in funcs] == [10, 11, 12]


def test_a_helper_that_closes_over_a_loop_variable_is_frozen_too():
    text = (
        "def make(of):\n"
        "    for i in range(3):\n"
        "        def helper(n): return n + i\n"
        "        yield of(lambda n: helper(n))\n"
    )
    funcs = list(define(text)["make"](of))
    assert [func.fn(10) for func in funcs] == [10, 11, 12]


def test_a_function_that_calls_itself_refers_to_its_copy():
    def fact(n):
        return n * fact(n - 1) if n else 1

    copy = of(fact).fn
    assert copy is not fact
    assert copy(5) == 120
    assert copy.__closure__[0].cell_contents is copy


def test_functions_that_call_each_other_and_cells_that_they_share():
    def even(n):
        return odd(n - 1) if n else True

    def odd(n):
        nonlocal calls
        calls += 1
        return even(n - 1) if n else False

    calls = 0
    copy = of(lambda n: (even(n), calls)).fn
    assert copy(6) == (True, 3)
    assert calls == 0


def test_what_has_no_closure_and_what_is_no_function_stays_itself():
    for value in (len, [].append, int, functools.partial(int, base=2), Func.of, function("lambda n: n")):
        assert of(value).fn is value


def test_attributes_and_defaults_survive():
    def make(base):
        def f(n: int, /, m=2, *, k=3) -> int:
            "Doc."
            return base + n + m + k

        f.mark = "here"
        return f

    copy = of(make(1)).fn
    assert copy(1) == 7
    assert (copy.mark, copy.__doc__, copy.__name__, copy.__annotations__) == (
        "here",
        "Doc.",
        "f",
        {"n": int, "return": int},
    )


def test_an_empty_cell_stays_empty():
    make = function("def make():\n    f = lambda n: late\n    yield f\n    late = 1", "make")
    copy = of(next(make())).fn
    with pytest.raises(NameError):
        copy(1)


TEXTS = [
    ("f = map(lambda n: n * 10, [1]), lambda n: n * 11", "lambda n: n * 11"),
    ("f = (lambda n: n), (lambda n:  n)", "lambda n:  n"),
    ("é = 1; f = 0, (lambda é: é+1)", "lambda é: é+1"),
    ("f = 0, lambda n: (\n    n +\n    1)", "lambda n: n + 1"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_text_is_that_of_just_the_lambda(text, expected):
    assert of(function(text)[1]).text == expected


def test_text_of_other_callables():
    space = define("def parse(n): return n\nclass Parser:\n    def go(self): pass\n    def __call__(self): pass")
    assert of(space["parse"]).text == "parse"
    assert of(space["Parser"]().go).text == "Parser.go"
    assert of(space["Parser"]()).text == "Parser"
    assert of(functools.partial(space["parse"], 1)).text == "partial(parse)"
    assert of(print).text == "print"
    assert of(eval("lambda n: n")).text == "lambda"


def test_two_equal_lambdas_on_one_line_are_told_apart_by_their_place():
    one, two = function("f = (lambda n, i=1: n + i), (lambda n, i=2: n + i)")
    assert (of(one).text, of(two).text) == ("lambda n, i=1: n + i", "lambda n, i=2: n + i")
    assert (shown(one, "n"), shown(two, "n")) == ("n + 1", "n + 2")


def test_a_function_defined_twice_in_a_cell_is_the_one_that_it_is():
    space = define("def f(n): return n + 1\ng = f\ndef f(n): return n + 2")
    assert (shown(space["g"], "n"), shown(space["f"], "n")) == ("n + 1", "n + 2")


def test_a_function_whose_file_changed_is_called(tmp_path):
    file = tmp_path / "cells.py"
    file.write_text("f = lambda n: n + 1\n")
    space = {}
    exec(compile(file.read_text(), str(file), "exec"), space)
    file.write_text("f = lambda n: n + 2\n")
    linecache.clearcache()
    assert rendered(space["f"], "n").reason == "its source is not at hand"


def test_a_function_newer_than_the_cached_lines_is_found(tmp_path):
    file = tmp_path / "cells.py"
    file.write_text("old = 1\n")
    assert linecache.getlines(str(file)) == ["old = 1\n"]
    file.write_text("f = lambda n: n + 22\n")
    space = {}
    exec(compile(file.read_text(), str(file), "exec"), space)
    assert shown(space["f"], "n") == "n + 22"


def test_code_without_source_or_with_broken_source_is_not_located():
    assert locate(eval("lambda n: n").__code__) is None
    fn = function("lambda nobody_else: nobody_else")
    linecache.cache[fn.__code__.co_filename] = (3, None, ["f = ((\n"], "")
    assert locate(fn.__code__) is None


def test_a_cell_compiled_statement_by_statement_is_found():
    text = "import math\nf = lambda n: math.sqrt(n)\n"
    whole = function(text)
    space = {}
    linecache.cache["<apart>"] = (len(text), None, text.splitlines(keepends=True), "<apart>")
    for line, statement in enumerate(text.splitlines()):
        exec(compile("\n" * line + statement, "<apart>", "exec"), space)
    assert shown(whole, "n") == shown(space["f"], "n") == "math.sqrt(n)"


ARITIES = [
    ("lambda n: n", 1, None),
    ("lambda n, m=1: n", 2, None),
    ("lambda *n: n", 5, None),
    ("lambda n, m: n", 1, "'lambda n, m: n' takes (n, m) and is called with 1 argument.\n  In[4], line 2:"),
    ("lambda: 0", 1, "'lambda: 0' takes no arguments and is called with 1 argument."),
    ("lambda n, *, k: n", 1, "takes (n, *, k)"),
]


@pytest.mark.parametrize(("text", "n", "message"), ARITIES)
def test_number_of_arguments(text, n, message):
    error = of(function(text)).arity_error(n)
    assert (error is None) if message is None else (message in str(error))


def test_callables_without_a_signature_pass():
    assert of(max).arity_error(7) is None
    assert of(dict).arity_error(7) is None


def test_a_cell_that_a_helper_writes_is_not_read_as_a_constant():
    def make():
        n = 0

        def bump():
            nonlocal n
            n += 1

        return lambda x: (bump(), n, x)

    fn = make()
    assert rendered(fn, "x").reason == "`n` is changed by another function"
    assert compiled(fn, ["x"], {"x": 5})[1]() == (None, 1, 5)


def test_functions_of_importable_modules():
    """They are carried by name: a splice may use what is the same there, not a copy of what may change."""
    assert shown(_double, "n") == "n * 2"
    assert rendered(_register, "n").reason == f"`_REGISTRY` belongs to module {__name__}, which is imported there"
    names = Names()
    assert shown(_guarded, "n", names=names) == "threading.get_ident() if n else _double(n)"
    assert list(names.captures) == ["threading", "_double"]


_REGISTRY = {}
_FACTOR = 2


def _double(n):
    return n * _FACTOR


def _register(n):
    _REGISTRY[n] = 1
    return n


def _guarded(n):
    return threading.get_ident() if n else _double(n)
