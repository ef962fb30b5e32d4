"""The buttons strike a running Paxos as calls do: the picture says so, and the log goes on without a hole."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
MODULES = ("paxos.py", "paxos_with_client.py", "kv_replica.py")
IMPORT = "from hydro_nb import *"
TABLE = """%%hydro table --deploy --cluster Proposer=2 --cluster Acceptor=3 --cluster Client=1 --cluster Replica=1
from kv_replica import KvPayload, Replica, replicated
from paxos import Acceptor, PaxosConfig, Proposer
from paxos_with_client import CorePaxos

class Console: ...
class Client: ...

parliament = CorePaxos(cluster(Proposer), cluster(Acceptor), PaxosConfig(1, 0.2, 0.4, 1))
clients, replicas, console = cluster(Client), cluster(Replica), process(Console)
beats = console.source_interval(0.05).enumerate().map(lambda beat: (MemberId.from_raw_id(0), KvPayload("key", beat[0])))
payloads = beats.demux(clients, TCP.lossy(nondet("a beat is one of many")))
lost, order = nondet("a beat is one of many"), nondet("there is one client")
kept = replicated(parliament, clients, replicas, payloads, 1, 8, lost, order)
slots = kept.processed.send(console).entries().map(lambda each: each[1][0])
slots.for_each(lambda slot: None, commutative=proof("does nothing"))"""
LEADER = """import re
told = "\\n".join(line.text for line in deployment.logs("Client/0"))
print("Proposer/" + re.findall(r"elected: .*Proposer>\\((\\d)", told)[-1], end="")"""
FAULTS = "for fault in deployment.faults: print(fault)"
STATES = "for row in deployment.processes: print(row)"


@pytest.fixture
def folder(server):
    """A folder of the server with the modules of the lesson."""
    made = server.folder / "paxos"
    made.mkdir()
    for name in MODULES:
        shutil.copy(NOTEBOOKS / name, made)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def table(folder, open_notebook, server):
    """The table of the lesson, written twenty times a second, with the person who looks at it."""
    notebook = open_notebook(
        server.write(f"{folder.name}/table.ipynb", [IMPORT, TABLE, LEADER, FAULTS, STATES, ""]), width=1500
    )
    notebook.fold_side_bar()
    notebook.run(0)
    notebook.run(1)
    person = Person(notebook)
    person.sees_it_go_on()
    return person


class Person:
    """One who strikes with buttons or by calls, and looks at what comes of it."""

    def __init__(self, notebook):
        self.notebook, self.dashboard = notebook, notebook.dashboard()
        self.marks = self.dashboard.root.locator(".stage .mark")
        self.pane = self.dashboard.root.locator(".pane.processes")

    def press(self, name: str, answer: str | None = None) -> None:
        """Press a button of the Processes tab, and answer what it asks."""
        self.dashboard.tab("processes").get_by_role("button", name=name, exact=True).first.click()
        if answer is not None:
            self.pane.locator(".ask:visible input").fill(answer)
            self.notebook.page.keyboard.press("Enter")

    def call(self, text: str) -> None:
        """Call a method of the deployment in a cell."""
        self.notebook.rewrite(5, f"deployment.{text}")
        self.notebook.run(5)

    def reads(self, cell: int) -> str:
        """Run a cell; gives what it printed."""
        self.notebook.run(cell)
        return self.notebook.text(cell).strip()

    def edges(self, style: str) -> Locator:
        """Give the lines of the picture that look like this."""
        return self.dashboard.root.locator(f".stage .edge.{style}")

    def sees_it_go_on(self, more: int = 10) -> None:
        """Wait until the console has heard of so many more slots of the log."""
        sink = self.dashboard.tab("streams").locator(".stream", has_text="on Console").locator(".count b")
        grown = "([count, least]) => Number(count.textContent.replace(/\\D/g, '')) >= least"
        now = int("".join(filter(str.isdigit, sink.inner_text())) or 0)
        self.notebook.page.wait_for_function(grown, arg=[sink.element_handle(), now + more])


class Passing(NamedTuple):
    """A fault that ends as it began: by a button, or by a call."""

    button: tuple[str, ...]
    call: str
    end: str
    end_call: str
    mark: str
    style: str = ""


PASSING = (
    Passing(("Pause Acceptor/2",), "pause('Acceptor/2')", "Resume Acceptor/2", "resume('Acceptor/2')", "1 of 3 paused"),
    Passing(
        ("Delay: Proposer to Acceptor", "0.1"),
        "delay('Proposer', 'Acceptor', 0.1)",
        "End delay: Proposer to Acceptor",
        "delay('Proposer', 'Acceptor', 0)",
        "0.1 s",
        "late",
    ),
    Passing(
        ("Drop: Console to Client", "40"),
        "drop('Console', 'Client', 0.4)",
        "End drop: Console to Client",
        "drop('Console', 'Client', 0)",
        "40 %",
        "leaky",
    ),
    Passing(
        ("Cut: Console and Client",),
        "cut('Console', 'Client')",
        "Heal: Console and Client",
        "heal('Console', 'Client')",
        "cut",
        "cut",
    ),
)


@pytest.mark.timeout(300)
def test_buttons_do_to_paxos_what_calls_do_and_it_recovers(table, pictures):
    for fault in PASSING:
        a_fault_that_passes(table, fault)
        table.notebook.page.screenshot(path=pictures / f"paxos_{fault.style or 'paused'}.png")
        ends_by_its_button(table, fault)
    another_one_leads(table, pictures)
    an_acceptor_is_cut_off(table, pictures)
    table.dashboard.stop()
    table.dashboard.wait_for_phase("stopped")


def a_fault_that_passes(table, fault):
    """A button and a call do the same, which the picture shows as the same."""
    said = []
    for strike, end in ((lambda: table.press(*fault.button), True), (lambda: table.call(fault.call), False)):
        strike()
        expect(table.marks).to_have_text([fault.mark])
        if fault.style:
            expect(table.edges(fault.style)).not_to_have_count(0)
        said.append(re.sub(r" \(seed \d+\)", "", table.reads(3)))
        if end:
            table.call(fault.end_call)
            expect(table.marks).to_have_count(0)
    assert said[0] == said[1] != ""


def ends_by_its_button(table, fault):
    """Paxos goes on in spite of the fault, unless nothing reaches it, and after it."""
    if fault.style != "cut":
        table.sees_it_go_on()
    table.press(fault.end)
    expect(table.marks).to_have_count(0)
    assert table.reads(3) == ""
    table.sees_it_go_on()


def another_one_leads(table, pictures):
    """The leader is killed: the other proposer leads; what was killed comes back."""
    leader = table.reads(2)
    other = {"Proposer/0": "Proposer/1", "Proposer/1": "Proposer/0"}[leader]
    table.press(f"Kill {leader}")
    expect(table.marks).to_have_text(["1 of 2 killed"])
    logs = table.dashboard.tab("logs")
    logs.get_by_label("Process").select_option("Client/0")
    logs.get_by_label("Filter text").fill("leader was elected")
    expect(logs.locator(".line .text").last).to_contain_text(f"<Proposer>({other[-1]})")
    table.sees_it_go_on()
    table.notebook.page.screenshot(path=pictures / "paxos_killed.png")
    assert re.search(rf"{leader} +killed .* was killed on purpose", table.reads(4))
    table.press(f"Restart {leader}")
    expect(table.marks).to_have_count(0)
    assert re.search(rf"{leader} +running .* started again once", table.reads(4))
    table.sees_it_go_on()


def an_acceptor_is_cut_off(table, pictures):
    """What is cut for long has ended: two of three decide, and the third one begins anew."""
    table.dashboard.tab("processes")
    link = table.pane.locator(".link", has_text="Proposer, all 2").filter(has_text="Acceptor, all 3").first
    link.get_by_label("which of Acceptor").select_option("Acceptor/0")
    table.press("Cut: Proposer and Acceptor/0")
    expect(table.marks).to_have_text(["cut Acceptor/0"] * 2)
    expect(table.pane.locator(".in-force .words").filter(has_text="ended: ")).to_have_count(2)
    table.sees_it_go_on()
    table.notebook.page.screenshot(path=pictures / "paxos_acceptor.png")
    table.press("Restart Acceptor/0")
    expect(table.marks).to_have_count(0)
    assert table.reads(3) == ""
    table.sees_it_go_on()
