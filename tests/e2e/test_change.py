"""A cell is edited while its flow runs: the button deploys again, and who did not change keeps its state."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

BUILD = """import hydro_nb
from hydro_nb import *
class Leader: ...
class Counter: ...
flow = FlowBuilder()
leader, counter = flow.process(Leader), flow.process(Counter)
port, numbers = leader.source_external(flow.external(), int)
heard = numbers.enumerate().send(counter)"""
SHOW = "heard.map(lambda pair: pair[1] * 10).for_each(print)"
EDITED = "heard.map(lambda pair: pair[1] * 100).filter(bool).for_each(print)"
SEND = "for n in (1, 2): deployment[port].send(n)\ndeployment.settle(60)"
TWO, FOUR = re.compile(r"^2\b"), re.compile(r"^4\b")


def test_an_edit_is_deployed_again_by_the_button(open_notebook, pictures):
    notebook = open_notebook([BUILD, SHOW, "deployment = flow.deploy()\ndeployment", SEND])
    notebook.run_all()
    dashboard = notebook.dashboard()
    dashboard.wait_for_phase("settled")
    leader, counter = dashboard.pids()
    expect(dashboard.numbers.filter(has_text=TWO)).to_have_count(3)
    notebook.rewrite(1, EDITED)
    notebook.run(1)
    expect(dashboard.root.get_by_text("filter", exact=True)).to_have_count(0)
    dashboard.root.get_by_role("button", name="Deploy again").click()
    said = "Counter changed (its code): replaced; Leader kept its state"
    expect(dashboard.root.locator("header .note")).to_have_text(said)
    expect(dashboard.root.locator(".stage").get_by_text("filter", exact=True)).to_have_count(1)
    who = dashboard.tab("processes").locator(".who small")
    expect(who.nth(1)).not_to_have_text(f"pid {counter}")
    expect(who).to_have_text([f"pid {leader}", re.compile(r"^pid \d+$")])
    # what the one that was replaced had counted is no longer there, what the other one counts goes on
    notebook.run(3)
    expect(dashboard.numbers.filter(has_text=FOUR)).to_have_count(2)
    expect(dashboard.numbers.filter(has_text=TWO)).to_have_count(1)
    lines = dashboard.tab("logs").locator(".line .text")
    expect(lines).to_have_text(["10", "20", "100", "200"])
    row = dashboard.tab("processes").get_by_role("row").filter(has_text="Counter")
    expect(row.get_by_role("img", name="started again once")).to_be_visible()
    notebook.page.screenshot(path=pictures / "deployed_again.png")
