"""What is printed while a simulation runs is unheard; what others print is not, nor what comes after."""

import sys
from threading import Event, Thread

from hydro_nb import FlowBuilder

WAIT = 20


def echo(during):
    """Give a search whose test does something in the middle."""
    flow = FlowBuilder()
    port, numbers = flow.process().sim_input(int)
    out = numbers.map(said).sim_output()

    async def body():
        port.send(1)
        during()
        await out.assert_yields_only([1])

    return lambda: flow.sim().exhaustive(body)


def said(number):
    print("in a function of the flow")
    return number


def test_searches_that_end_in_the_order_in_which_they_began_leave_the_output_as_it_was(capsys):
    before = sys.stdout
    first_began, second_began, first_ended = Event(), Event(), Event()

    def first():
        echo(lambda: (first_began.set(), second_began.wait(WAIT)))()
        first_ended.set()

    def second():
        first_began.wait(WAIT)
        echo(lambda: (second_began.set(), first_ended.wait(WAIT), print("in the second")))()

    threads = [Thread(target=first), Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sys.stdout is before
    print("afterwards")
    assert capsys.readouterr().out == "afterwards\n"


def test_other_threads_are_heard_while_a_search_runs(capsys):
    def other():
        print("from elsewhere")
        sys.stdout.writelines(["two ", "parts\n"])

    def aside():
        print("in the test")
        sys.stdout.writelines(["unheard"])
        sys.stdout.flush()
        assert sys.stdout.encoding
        thread = Thread(target=other)
        thread.start()
        thread.join()

    assert echo(aside)() == 1
    assert capsys.readouterr().out == "from elsewhere\ntwo parts\n"


def test_a_search_inside_another_is_unheard_and_so_is_what_follows_it(capsys):
    echo(lambda: (echo(lambda: None)(), print("still inside")))()
    assert capsys.readouterr().out == ""


def test_what_a_recorded_execution_prints_is_in_its_record(capsys):
    flow = FlowBuilder()
    port, numbers = flow.process().sim_input(int)
    out = numbers.map(said).sim_output()

    async def body():
        port.send(1)
        await out.assert_yields_only([1])

    assert "in a function of the flow" in flow.sim().replay(body)
    assert capsys.readouterr().out == ""
