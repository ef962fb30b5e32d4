"""The picture: Graphviz, arrangements, lines along gaps, and what is cleaned away."""

import itertools
import re

import pytest
from drawn import wordcount

from hydro_nb import FlowBuilder
from hydro_nb.ir.dot import to_dot
from hydro_nb.notebook import layout
from hydro_nb.notebook.layout import Drawing, clean, draw, find_graphviz, run_graphviz
from hydro_nb.notebook.meta import graph_trait
from hydro_nb.notebook.route import GROUP, box


class Client: ...


@pytest.fixture(scope="module")
def drawing():
    return draw(wordcount(), live=True)


def groups(svg, kind):
    return {match[1]: match for match in GROUP.finditer(svg) if match[2] == kind}


def test_the_bundled_graphviz_is_found_first():
    assert find_graphviz().endswith("graphviz-pure")


def test_three_short_processes_stand_side_by_side(drawing):
    columns = [box(each[4]) for each in groups(drawing.svg, "cluster").values()]
    assert len(columns) == 3
    assert all(left.right + 10 < right.left for left, right in itertools.pairwise(columns))
    assert drawing.scale() > 0.8


def test_lines_between_columns_run_in_the_gap(drawing):
    columns = sorted((box(each[4]) for each in groups(drawing.svg, "cluster").values()), key=lambda c: c.left)
    nets = [each for each in groups(drawing.svg, "edge").values() if "net" in each[3].split()]
    assert len(nets) == 2
    for edge, left, right in zip(nets, columns, columns[1:], strict=False):
        path = re.search(r'd="M([\d.-]+),([\d.-]+) L([\d.-]+)', edge[4])
        corner = float(re.search(r"Q([\d.-]+),", edge[4])[1])
        assert path is not None
        assert left.right < corner < right.left


def test_every_node_and_edge_keeps_its_id(drawing):
    graph = wordcount()
    assert set(groups(drawing.svg, "node")) == set(graph.nodes)
    assert len(groups(drawing.svg, "edge")) == sum(len(node.inputs) for node in graph.nodes.values())


def test_nothing_is_left_that_a_page_should_not_have(drawing):
    for unwanted in ("<?xml", "<!DOCTYPE", "<!--", "<a ", "xlink", "/frame", "<script"):
        assert unwanted not in drawing.svg
    assert drawing.svg.startswith("<svg ")
    assert drawing.svg.endswith("</svg>")


def test_titles_say_the_users_line(drawing):
    titles = re.findall(r"<title>([^<]*)</title>", drawing.svg)
    assert any("drawn.py, line" in title and "flat_map_ordered(str.split)" in title for title in titles)


def test_one_process_is_one_chain_downwards():
    flow = FlowBuilder("one")
    flow.process().source_iter([1]).map(lambda x: x).for_each(print)
    drawn = draw(flow.graph)
    tops = [box(each[4]).top for each in groups(drawn.svg, "node").values()]
    assert tops == sorted(tops)


def test_two_processes_that_answer_each_other_get_a_lane_above():
    flow = FlowBuilder("ring")
    a, b = flow.process(), flow.process()
    there = a.source_iter([1]).send_bincode(b)
    back = there.map(lambda x: x).send_bincode(a)
    back.for_each(print)
    svg = clean(run_graphviz(to_dot(flow.graph, direction="columns")))
    routed = layout.route(svg)
    tops = min(box(each[4]).top for each in groups(routed, "cluster").values())
    nets = [box(each[4]).top for each in groups(routed, "edge").values() if "net" in each[3].split()]
    assert min(nets) < tops < max(nets)
    assert layout.measure(routed).height > layout.measure(svg).height


def test_a_line_does_not_run_through_an_operator():
    flow = FlowBuilder("beside")
    a, b = flow.process(), flow.process()
    there = a.source_iter([1]).send_bincode(b)
    there.send_bincode(a).for_each(print)
    svg = layout.route(clean(run_graphviz(to_dot(flow.graph, direction="columns"))))
    nodes = [box(each[4]) for each in groups(svg, "node").values()]
    for edge in groups(svg, "edge").values():
        if "net" not in edge[3].split():
            continue
        corners = [(float(x), float(y)) for x, y in re.findall(r"([\d.-]+),([\d.-]+)", edge[4].split('d="')[1])]
        for (x1, y1), (x2, y2) in itertools.pairwise(corners):
            middle = ((x1 + x2) / 2, (y1 + y2) / 2)
            assert not any(n.left < middle[0] < n.right and n.top < middle[1] < n.bottom for n in nodes)


def test_clients_are_drawn_with_what_they_send_and_receive():
    flow = FlowBuilder("service")
    client, server = flow.external(Client), flow.process()
    _, requests = server.source_external(client, str)
    requests.send_external(client)
    drawn = draw(flow.graph)
    lines = groups(drawn.svg, "edge")
    assert {"main.source_external.0/client:0&#45;&gt;main.source_external.0:0"} <= set(lines)
    assert {"main.send_external.0:0&#45;&gt;main.send_external.0/client:0"} <= set(lines)
    assert [s["title"] for s in graph_trait(flow.graph, live=True)["streams"]] == [
        "Client \u2192 process 1",
        "process 1 \u2192 Client",
    ]


def test_without_graphviz_there_is_no_picture(monkeypatch):
    monkeypatch.setattr(layout, "find_graphviz", lambda: None)
    assert draw(wordcount()) is None


def test_a_graphviz_that_fails_is_told_to_the_log(monkeypatch, caplog):
    monkeypatch.setattr(layout, "find_graphviz", lambda: "/bin/false")
    assert run_graphviz("digraph {}") is None
    assert "cannot be drawn" in caplog.text


def test_a_graphviz_that_hangs_is_given_up(monkeypatch, tmp_path, caplog):
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(layout, "find_graphviz", lambda: str(slow))
    monkeypatch.setattr(layout, "TIMEOUT", 0.2)
    assert run_graphviz("digraph {}") is None
    assert "timed out" in caplog.text


def test_scale_is_what_fits():
    assert Drawing("", 1280, 240).scale((640, 480)) == 0.5
    assert Drawing("", 100, 100).scale((640, 480)) == 1.0
