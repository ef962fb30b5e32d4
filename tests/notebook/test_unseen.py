"""What processes print is seen below the cell, where the deployment came and went in it without a dashboard."""

import re

FLOW = """
from hydro_nb import FlowBuilder
flow = FlowBuilder()
class Printer: ...
printer = flow.process(Printer)
"""
PRINTING = FLOW + "printer.source_iter(range({count})).for_each(print)\n"
WITHIN = PRINTING + "with flow.deploy() as deployment:\n    deployment.settle(30)\n"


def printed(ran):
    return [*re.findall(r"^\[Printer\] (\d+)$", ran.stdout, re.MULTILINE)]


def test_what_was_printed_stands_below_the_cell(kernel):
    assert printed(kernel.run(WITHIN.format(count=3), "once")) == ["0", "1", "2"]
    assert printed(kernel.run("deployment.snapshot().over", "later")) == []


def test_of_many_lines_the_last_are_shown(kernel):
    ran = kernel.run(WITHIN.format(count=1200), "many")
    assert printed(ran) == [str(n) for n in range(700, 1200)]
    assert re.search(r"^\[\.\.\. 700 lines more, which are in .*\]$", ran.stdout, re.MULTILINE)


def test_errors_go_where_errors_are(kernel):
    code = FLOW + "import sys\nprinter.source_iter([1]).for_each(lambda n: print(n, file=sys.stderr))\n"
    ran = kernel.run(code + "with flow.deploy() as deployment:\n    deployment.settle(30)\n", "error")
    assert "[Printer stderr] 1" in ran.stderr
    assert not printed(ran)


def test_what_a_dashboard_shows_is_not_said_twice(kernel):
    shown = PRINTING.format(count=3) + "deployment = flow.deploy()\ndisplay(deployment)\n"
    assert printed(kernel.run(shown + "deployment.settle(30)\ndeployment.stop()\n", "shown")) == []


def test_what_still_runs_is_not_looked_at(kernel):
    ran = kernel.run(PRINTING.format(count=3) + "deployment = flow.deploy()\ndeployment.settle(30)\n", "runs")
    assert printed(ran) == []
    assert printed(kernel.run("deployment.stop()", "stops")) == []
