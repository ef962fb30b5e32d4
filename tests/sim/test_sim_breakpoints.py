"""Who stops in a test by `breakpoint()` reads where, may look around, and goes on or ends."""

import subprocess
import sys

import pytest

PROGRAM = """
from hydro_nb import FlowBuilder

def twice(number):
    print("said by the flow")
    {in_the_flow}
    return 2 * number

flow = FlowBuilder()
port, numbers = flow.process().sim_input(int)
out = numbers.map(twice).sim_output()

async def body():
    port.send(4)
    print("said by the test")
    {in_the_test}
    await out.assert_yields_only([8])

print(flow.sim().exhaustive(body), "execution")
"""
PLACES = {
    "the test": ("pass", "breakpoint()", "-> await out.assert_yields_only([8])"),
    "the flow": ("breakpoint()", "pass", "-> return 2 * number"),
}


def ran(tmp_path, where, *typed):
    file = tmp_path / "program.py"
    in_the_flow, in_the_test, line = PLACES[where]
    file.write_text(PROGRAM.format(in_the_flow=in_the_flow, in_the_test=in_the_test))
    lines = "".join(f"{each}\n" for each in typed)
    return line, subprocess.run([sys.executable, file], input=lines, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("where", PLACES)
def test_it_is_read_where_it_stands_and_what_is_asked_there(tmp_path, where):
    line, process = ran(tmp_path, where, "p 40 + 2", "print('typed')", "c")
    assert line in process.stdout
    assert "42" in process.stdout
    assert "typed" in process.stdout
    assert "1 execution\n" in process.stdout
    assert "said by" not in process.stdout


def test_who_quits_ends_the_search(tmp_path):
    _, process = ran(tmp_path, "the test", "q")
    assert process.stdout.count("(Pdb)") == 1
    assert process.stderr.rstrip().endswith("bdb.BdbQuit")
