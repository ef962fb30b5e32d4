"""Pictures for readers without a kernel."""

import re
from pathlib import Path

import pytest
from drawn import Ticker, wordcount

from hydro_nb import FlowBuilder
from hydro_nb.errors import Site
from hydro_nb.ir.dot import COLOURS
from hydro_nb.notebook import fallback, layout
from hydro_nb.notebook.fallback import DARK, graph_bundle, static_bundle, summary_text
from hydro_nb.notebook.meta import graph_trait
from hydro_nb.wire import Counts, LogLine, Problem, Sample

STYLE = Path(__file__).parents[2] / "js" / "src" / "style" / "graph.css"


@pytest.fixture
def ticker():
    return Ticker()


@pytest.fixture
def told(ticker):
    return graph_trait(ticker.graph, live=True)


def test_a_flow_is_drawn_with_what_a_cell_made_marked():
    graph = wordcount()
    bundle = graph_bundle(graph, highlight=["main.map.0"])
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/html"].count('class="node op transform new"') == 1
    assert "<figcaption>wordcount: dataflow with 3 locations, 10 operators, 1 new or changed" in bundle["text/html"]
    assert bundle["text/plain"].startswith("flow wordcount\nReader: Process[Reader]\n")


def test_an_empty_flow_says_what_to_do():
    bundle = graph_bundle(FlowBuilder("nothing").graph)
    assert "Add an operator to a process" in bundle["text/plain"]
    assert "Add an operator to a process" in bundle["text/html"]


def test_without_graphviz_the_flow_is_shown_as_text(monkeypatch, ticker):
    monkeypatch.setattr(layout, "find_graphviz", lambda: None)
    assert graph_bundle(ticker.graph)["text/html"].startswith("<pre>flow wordcount\n")
    static = static_bundle(graph_trait(ticker.graph, live=True), ticker.state, "d1")
    assert set(static) == {"text/plain", "text/html"}


def test_final_counts_stand_in_the_picture(ticker, told):
    ticker.apply(Counts(0, 1.0, {"main.send.0": 31240}))
    ticker.phase("stopped")
    bundle = static_bundle(told, ticker.state, "d1")
    assert ">31\u202f240<" in bundle["text/html"]
    assert "0000.0k" not in bundle["text/html"]
    assert bundle.keys() == {"text/plain", "text/html"}, "a picture is large, and is kept once"
    assert "<g id=" not in bundle["text/html"], "a page has a name once"
    assert "wordcount: stopped, 31\u202f240 items over 2 network edges" in bundle["text/html"]
    assert 'data-hydro-static="d1"' in bundle["text/html"]


def test_a_saved_picture_tells_how_it_went(ticker, told):
    samples = {"main.send.0": [Sample(1.0, f"'<b>{n}'", "str") for n in range(5)]}
    ticker.apply(
        Counts(0, 1.0, {"main.send.0": 31240}, samples, {"main.value_counts.0": Sample(1.0, "{'a': 1}", "dict")})
    )
    ticker.apply(Problem(1, 2.0, "ValueError: no", "main.map.0", "map", Site("In[1]", 3, "words.map(f)"), "'x'"))
    lines = [LogLine("Ranker", None, "stdout", "", 1.0, f"line {n} & more") for n in range(30)]
    page = static_bundle(told, ticker.state, "d1", lines)["text/html"]
    assert "Reader \u2192 Splitter (send_bincode): 3 of 31240 shown\n    &#x27;&lt;b&gt;2&#x27;" in page
    assert "{&#x27;a&#x27;: 1}" in page
    assert "[Ranker] line 29 &amp; more" in page
    assert "line 9 " not in page
    assert "<details open><summary>Problems</summary><pre>Splitter: ValueError: no, in `map`" in page
    assert len(page) < 40_000


def test_a_large_flow_is_drawn_closed():
    flow = FlowBuilder("large")
    stream = flow.process(Ticker).source_iter([1])
    for _ in range(250):
        stream = stream.map(lambda n: n)
    assert "251 operators" in graph_bundle(flow.graph)["text/html"]
    assert len(graph_bundle(flow.graph)["text/html"]) < 10_000


def test_the_summary_in_words_has_processes_and_totals(ticker, told):
    ticker.apply(Counts(0, 1.0, {"main.send.0": 2}))
    lines = summary_text(told, ticker.state).splitlines()
    assert lines[0] == "wordcount: starting, dataflow with 3 locations, 10 operators"
    assert "  Reader  pid -  starting" in lines
    assert "  Reader \u2192 Splitter (send_bincode): 2 items" in lines


def test_names_of_users_are_text_in_the_page():
    flow = FlowBuilder("<script>x</script>")
    evil = type("<img>", (), {})
    flow.process(evil).source_iter(["<b>"]).map(lambda x: x + "<i>&").for_each(print)
    page = graph_bundle(flow.graph)["text/html"]
    for bad in ("<script>", "<img>", "<i>", "<b>"):
        assert bad not in page


def test_the_still_picture_has_the_colours_of_the_live_one():
    rules = STYLE.read_text()
    for kind in COLOURS:
        block = re.search(rf"\.op\.{kind.lower()} {{([^}}]*)}}", rules) or re.search(r"\.hydro \.op {([^}]*)}", rules)
        assert block is not None
        (light_fill, light_line), (dark_fill, dark_line) = COLOURS[kind], DARK[kind]
        assert f"--fill: light-dark({light_fill}, {dark_fill})" in block[1]
        assert f"--edge: light-dark({light_line}, {dark_line})" in block[1]


def test_the_style_is_for_this_picture_only():
    rules = [rule for rule in fallback.STYLE.split("}") if rule]
    assert all(rule.startswith(".hydro-picture") for rule in rules)
