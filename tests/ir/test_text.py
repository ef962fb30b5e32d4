"""The graph as text, JSON, DOT and Mermaid."""

import json
import re
from typing import Any

import pytest

from hydro_nb import FlowBuilder, nondet, sliced
from hydro_nb.ir.dot import SHAPES, shorten
from hydro_nb.ir.picture import edges, type_name
from hydro_nb.ir.text import to_dot, to_json, to_mermaid, to_text
from hydro_nb.types import u32

TEXT = """\
flow demo
Leader: Process[Leader]
  main.source_iter.0 = source_iter(3 elements) -> Stream[int, Bounded, TotalOrder, ExactlyOnce]
process 1: Process[None]
  main.send.0 = send_bincode(main.source_iter.0; bincode) -> Stream[int, Unbounded, TotalOrder, ExactlyOnce]
  main.filter.0 = filter(main.send.0; lambda x: x > 1) -> Stream[int, Unbounded, TotalOrder, ExactlyOnce]
  main.for_each.0 = for_each(main.filter.0; print)
  main.count.0 = count(main.send.0) -> Singleton[int, Monotonic]
"""
MERMAID = """\
flowchart TD
  subgraph p0["Leader"]
    n0(["source_iter"])
  end
  subgraph p1["process 1"]
    n1["send_bincode"]
    n2["filter"]
    n3[["for_each"]]
    n4[("count")]
  end
  n0 == "Stream[int, Bounded, TotalOrder, ExactlyOnce]" ==> n1
  n1 --> n2
  n2 --> n3
  n1 --> n4
"""


class Leader: ...


def demo():
    flow = FlowBuilder("demo")
    numbers = flow.process(Leader).source_iter([1, 2, 3]).send_bincode(flow.process())
    numbers.filter(lambda x: x > 1).for_each(print)
    numbers.count()
    return flow.graph


@pytest.fixture
def graph():
    return demo()


def test_text_is_stable_and_equal_for_equal_graphs(graph):
    assert to_text(graph) == TEXT == to_text(demo())


def test_mermaid_draws_locations_as_subgraphs_and_the_network_thick(graph):
    assert to_mermaid(graph).startswith(MERMAID)
    assert "  class n1 Network\n" in to_mermaid(graph)


def test_json_has_the_keys_of_hydros_viewer(graph):
    tree = json.loads(to_json(graph))
    assert set(tree) == {
        "nodes",
        "edges",
        "hierarchyChoices",
        "nodeAssignments",
        "selectedHierarchy",
        "edgeStyleConfig",
        "nodeTypeConfig",
        "legend",
    }
    assert tree["nodeAssignments"]["location"]["main.filter.0"] == "main.process.1"
    assert [child["name"] for child in tree["hierarchyChoices"][0]["children"]] == ["Leader", "process 1"]
    first = tree["edges"][0]
    assert first["semanticTags"] == ["Stream", "Bounded", "TotalOrder", "ExactlyOnce", "NotKeyed", "Network"]
    known = {node["id"] for node in tree["nodes"]}
    assert all({edge["source"], edge["target"]} <= known for edge in tree["edges"])


def test_dot_has_stable_ids_and_classes_for_every_node_and_edge(graph):
    dot = to_dot(graph)
    for slot, node in graph.nodes.items():
        assert f'"{slot}" [id="{slot}" class="op {node.op.category.lower()}"' in dot
    for edge in edges(graph):
        assert f'"{edge.source}" -> "{edge.target}" [id="{edge.id}" class="' in dot
    assert 'class="stream bounded net"' in dot
    assert 'subgraph "cluster_main.process.0"' in dot


def test_dot_leaves_room_for_numbers_only_where_they_are_live(graph):
    assert "0000.0k" not in to_dot(graph)
    live = to_dot(graph, live=True)
    assert live.count("0000.0k  0000.0k/s") == live.count(' live"') == 2


def test_dot_marks_what_is_new(graph):
    dot = to_dot(graph, highlight=["main.count.0"])
    assert dot.count("aggregation new") == dot.count(" new") == 1


def test_what_a_function_refers_to_and_what_comes_in_the_next_tick_are_drawn_apart():
    flow = FlowBuilder()
    leader = flow.process()
    numbers = leader.source_iter([1]).batch(leader.tick(), nondet("drawn only"))
    most = numbers.count().by_ref()
    numbers.map(lambda n: n / most.value).defer_tick().all_ticks()
    lines = to_dot(flow.graph).splitlines()
    (reference,) = [line for line in lines if " reference" in line and " -> " in line]
    (delayed,) = [line for line in lines if " delayed" in line]
    assert 'arrowtail="odot"' in reference
    assert 'xlabel="next tick"' in delayed
    assert "arrowtail" not in delayed


def test_the_name_of_a_client_is_clear_of_the_line_that_comes_to_it():
    flow = FlowBuilder()
    leader, client = flow.process(), flow.external()
    _, asked = leader.source_external(client, int)
    assert "labelloc=b" not in to_dot(flow.graph)
    asked.send_external(client)
    assert to_dot(flow.graph).count("labelloc=b") == 1


def test_labels_cannot_break_out_of_their_quotes():
    flow = FlowBuilder('a"b\\')
    flow.process().source_iter(['"]; evil [label="<b>']).map(lambda x: x + '"> <i>\\').for_each(print)
    dot = to_dot(flow.graph)
    assert dot.startswith('digraph "a\\"b\\\\" {')
    assert "<i>" not in dot.replace("tooltip=", "\n").split("label=<")[2].split(">>")[0]
    assert re.search(r'(?<!\\)"\]; evil', dot) is None


def test_ticks_are_containers_inside_their_process():
    flow = FlowBuilder("ticks")
    worker = flow.process(Leader)
    tick = worker.tick()
    from hydro_nb import nondet

    worker.source_iter([1]).batch(tick, nondet("any cut will do")).count().all_ticks().for_each(print)
    assert "  tick main.tick.0\n    main.batch.0 = batch(" in to_text(flow.graph)
    dot = to_dot(flow.graph)
    assert dot.index("cluster_main.process.0") < dot.index("cluster_main.tick.0") < dot.index('"main.batch.0" [')
    assert '["tick"]' in to_mermaid(flow.graph)


def test_a_place_without_operators_is_drawn_and_says_so():
    flow = FlowBuilder("lonely")
    flow.process(Leader)
    assert "no operators yet" in to_dot(flow.graph)
    assert to_text(flow.graph) == "flow lonely\nLeader: Process[Leader]\n"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (int, "int"),
        (Any, "?"),
        (None, "None"),
        (u32, "u32"),
        (tuple[str, u32], "tuple[str, u32]"),
        (tuple[int, ...], "tuple[int, ...]"),
        (dict[str, list[int]], "dict[str, list[int]]"),
        (int | None, "int | None"),
        (Leader, "Leader"),
    ],
)
def test_types_are_written_as_users_write_them(kind, name):
    assert type_name(kind) == name


def test_long_and_foreign_text_is_cut_to_what_graphviz_can_measure():
    assert shorten("lambda line: WORD.findall(line.lower())") == "lambda line: WORD.findal.."
    assert shorten("caf\u00e9 \n  x") == "caf? x"


def test_every_category_has_a_shape_and_a_colour():
    from hydro_nb.ir.dot import COLOURS

    assert set(SHAPES) == set(COLOURS)


def test_one_element_is_no_elements():
    flow = FlowBuilder("few")
    process = flow.process()
    details = [process.source_iter(data).ref.slot for data in ([], [1], [1, 2], iter([1]))]
    shown = [flow.graph.nodes[slot].op.detail for slot in details]
    assert shown == ["0 elements", "1 element", "2 elements", "1 element"]


def test_what_waits_and_what_functions_hold():
    flow = FlowBuilder("held")
    leader = flow.process()
    numbers = leader.source_iter([1, 2])
    biggest = numbers.reduce(max).by_ref()
    numbers.map(lambda n: n / biggest.value)
    with sliced() as s:
        batch = s.batch(numbers, nondet("kept for the next"))
        s.emit(batch.defer_tick())
    numbers.atomic()
    mermaid, dot = flow.to_mermaid(), flow.to_dot()
    assert [line.split("-.->")[1].split("|")[1] for line in mermaid.splitlines() if "-.->" in line] == [
        '"reference"', '"next tick"',
    ]  # fmt: skip
    assert [word for word in ("slice", "atomic") if f'["{word}"]' in mermaid] == ["slice", "atomic"]
    assert mermaid.count("subgraph") == 3
    assert dot.count("stream bounded delayed") == dot.count("optional bounded reference") == 1
    tags = [set(edge["semanticTags"]) for edge in json.loads(flow.to_json())["edges"]]
    assert sum("Delayed" in each for each in tags) == sum("Reference" in each for each in tags) == 1
