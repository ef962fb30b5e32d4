"""What pages ask for: pictures, code, files, elements that are sent, a flow that is deployed again."""

import threading

import pytest
from drawn import Ticker, wordcount

from hydro_nb import FlowBuilder
from hydro_nb.compile.program import compile_flow
from hydro_nb.errors import HydroError
from hydro_nb.notebook.asks import Asks, read
from hydro_nb.notebook.drawings import Drawings, opening
from hydro_nb.notebook.meta import graph_trait


class Server: ...


class Counted(Ticker):
    """A source that runs a program and takes elements."""

    def programs(self):
        return compile_flow(self.graph).locations[:1]

    def inlets(self):
        return [slot for slot in self.graph.nodes if "source_external" in slot]


def ported(kind=tuple[str, int]):
    flow = FlowBuilder("ported")
    _, requests = flow.process(Server).source_external(flow.external(), kind)
    requests.for_each(print)
    return flow.graph


def asked(source, **content):
    """Ask, and wait for the answer."""
    there = threading.Event()
    asks = Asks(source, {}, there.set)
    assert asks.ask({"view": "v", "number": 1, **content})
    assert there.wait(20)
    ((told, buffers),) = asks.answers()
    return told, buffers


def large(operators):
    flow = FlowBuilder("large")
    stream = flow.process(Server).source_iter([1])
    for _ in range(operators):
        stream = stream.map(lambda n: n)
    return flow.graph


def test_a_picture_with_a_closed_box_says_what_the_box_and_its_lines_stand_for():
    graph = wordcount()
    told, _ = asked(Ticker(graph), kind="draw", by="location", closed=["main.process.1"])
    assert (told["view"], told["number"], told["closed"]) == ("v", 1, ["main.process.1"])
    assert 'class="node closed process live"' in told["svg"]
    assert len(told["boxes"]["main.process.1"]["inside"]) == 7
    assert told["bundles"]["main.process.1:0->main.send.1:0"] == [["main.sample_every.0", "main.send.1"]]


def test_pictures_are_made_once_and_those_overtaken_not_at_all():
    drawings = Drawings(wordcount(), {})
    assert drawings.drawn({"closed": "all"}) is drawings.drawn({"by": "location", "closed": "all"})
    asks = Asks(Ticker(), {}, lambda: None)
    asks._newest["draw", "v"] = 2
    assert asks._draw({"kind": "draw", "view": "v", "number": 1}) is None


@pytest.mark.parametrize("content", [{"closed": 3}, {"closed": [3, None]}, {"by": {}}, {"closed": "nobody"}])
def test_whatever_a_page_says_is_a_picture(content):
    assert Drawings(wordcount(), {}).drawn(content)["closed"] == []


def test_a_large_graph_is_shown_and_saved_closed():
    graph = large(300)
    assert opening(graph) == {"main.process.0"}
    trait = graph_trait(graph, live=True)
    assert trait["svg"].count('class="node') == 1
    assert len(str(trait)) < 120_000
    assert opening(wordcount()) == frozenset()


def test_code_is_told_with_the_users_line_of_each_line():
    told, _ = asked(Counted(), kind="code")
    (place,) = told["places"]
    lines = place["source"].splitlines()
    sites = [place["sites"][number]["op"] for number in place["lines"] if number >= 0]
    assert len(place["lines"]) == len(lines)
    assert "source_iter" in sites


def test_text_forms_and_files_are_given():
    assert asked(Ticker(), kind="export", form="mermaid")[0]["text"].startswith("flowchart")
    assert asked(Ticker(), kind="export", form="dot")[0]["text"].startswith("digraph")
    _, (script,) = asked(Ticker(), kind="asset", name="panes")
    assert b"export{" in script


@pytest.mark.parametrize(
    ("text", "sent", "error"),
    [
        ('["a", 1]', "send main.source_external.0 ('a', 1)", ""),
        ("('a', 1)", "send main.source_external.0 ('a', 1)", ""),
        ("(a, 1)", None, "neither JSON nor a Python literal"),
        ('["a", "b"]', None, "Expected `int`, got `str`"),
    ],
)
def test_what_a_person_types_is_sent_or_refused(text, sent, error):
    source = Counted(ported())
    told, _ = asked(source, kind="put", slot="main.source_external.0", text=text)
    (port,) = told["ports"]
    assert (port["title"], port["type"]) == ("requests", "tuple[str, int]")
    assert source.asked == ([sent] if sent else [])
    assert error in port["sent"][-1]["error"]
    assert bool(port["sent"][-1]["error"]) == bool(error)


def test_nothing_is_sent_where_no_port_is():
    source = Counted(ported())
    told, _ = asked(source, kind="put", slot="main.for_each.0", text="3")
    assert source.asked == []
    assert told["ports"][0]["sent"] == []


def test_without_a_type_it_is_what_was_typed():
    assert read('{"n": [1, null]}') == {"n": [1, None]}
    with pytest.raises(HydroError, match="a text needs quotes"):
        read("hello")


def test_deploying_again_is_told_to_all_pages():
    source = Ticker()
    assert asked(source, kind="again")[0] == {"kind": "again", "text": "nothing changed", "error": ""}
    assert source.asked == ["again"]


def test_other_messages_are_no_questions():
    assert not Asks(Ticker(), {}, lambda: None).ask({"kind": "hello"})
