"""A function that is written anew counts where its cell hands it over again, and the reader is told where that is."""

import pytest

FLOW = "from hydro_nb import FlowBuilder\nflow = FlowBuilder()\nprocess = flow.process()"
TENFOLD = "def tenfold(n: int) -> int:\n    return n * 10"
HUNDREDFOLD = TENFOLD.replace("10", "100")
NUMBERS = "numbers = process.source_iter([1, 2]).map(tenfold)"


@pytest.fixture
def built(kernel):
    for name, text in (("flow", FLOW), ("function", TENFOLD), ("numbers", NUMBERS)):
        kernel.run(text, name)
    return kernel


def label(kernel) -> str:
    """The cell that ran last."""
    return f"In[{int(kernel.value('len(In) - 1'))}]"


def shown(kernel) -> str:
    return kernel.value("numbers.preview().rows")


def test_a_change_names_the_cell_that_goes_on_with_the_old_one(built):
    numbers = label(built)
    assert built.run(HUNDREDFOLD, "function").stdout == f"stale: run {numbers} again or %hydro refresh\n"
    assert shown(built) == "[10, 20]"
    assert built.run(NUMBERS, "numbers").stdout == ""
    assert shown(built) == "[100, 200]"


def test_refresh_hands_the_new_one_over(built):
    numbers = label(built)
    built.run(HUNDREDFOLD, "function")
    assert built.run("%hydro refresh", "refresh").stdout == f"{numbers} ran again\n"
    assert shown(built) == "[100, 200]"


def test_the_same_function_elsewhere_in_its_cell_is_no_change(built):
    assert built.run(f"# moved\n\n{TENFOLD}", "function").stdout == ""


def test_another_cell_may_use_the_name_for_something_of_its_own(built):
    assert built.run(f"{HUNDREDFOLD}\nmore = process.source_iter([3]).map(tenfold)", "more").stdout == ""
    twice = f"{TENFOLD}\na = process.source_iter([3]).map(tenfold)\n{HUNDREDFOLD}\nb = a.map(tenfold)"
    assert built.run(twice, "twice").stdout == ""


def test_what_a_hydro_cell_defines_counts_alike(kernel):
    kernel.run(f"%%hydro\n{TENFOLD}", "function")
    kernel.run(f"%%hydro\n{NUMBERS.replace('process.', 'process().')}", "numbers")
    numbers = label(kernel)
    assert f"stale: run {numbers} again" in kernel.run(f"%%hydro\n{HUNDREDFOLD}", "function").stdout


def test_a_deployment_takes_what_was_handed_over(built):
    built.run(HUNDREDFOLD, "function")
    ran = built.run("from hydro_nb.testing import collect\ncollect(numbers, backend='inprocess')", "collect")
    assert ran.result == "[10, 20]"
