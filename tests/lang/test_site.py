"""Where an operator was called: the user's line, its text, and the name that it assigns."""

from __future__ import annotations

import linecache

from hydro_nb import FlowBuilder
from hydro_nb.lang import site


def at(collection):
    return collection.flow.graph.nodes[collection.ref.slot].site


def test_line_and_name(leader):
    numbers = leader.source_iter([1])
    there = at(numbers)
    assert (there.cell, there.text, there.name) == ("test_site.py", "numbers = leader.source_iter([1])", "numbers")
    assert linecache.getline(__file__, there.line).strip() == there.text


def test_lines_of_a_long_call(leader):
    result = (
        leader.source_iter([1])
        .map(lambda n: n + 1)
        .filter(bool)
    )  # fmt: skip
    graph = leader.flow.graph
    assert [(node.site.text, node.site.name) for node in graph.nodes.values()] == [
        ("leader.source_iter([1])", ""),
        (".map(lambda n: n + 1)", ""),
        (".filter(bool)", "result"),
    ]
    assert result.flow is leader.flow


def test_names_of_several(leader, flow):
    even, odd = leader.source_iter([1]).partition(bool)
    assert at(even).name == at(odd).name == "even, odd"
    port, words = leader.source_external(flow.external(), str)
    assert (port.name, at(words).name) == ("port", "words")
    one, two = leader.source_iter([1]).map(str), leader.source_iter([2]).filter(bool)
    assert (at(one).name, at(two).name) == ("one", "two")


def test_two_statements_on_a_line(leader):
    names = _run("x = leader.source_iter([1]); y = leader.singleton(1)\n", "two.py", leader=leader)
    assert (at(names["x"]).name, at(names["y"]).name) == ("x", "y")
    names = _run("x = leader.source_iter([1]); y = leader.source_iter([2])\n", "same.py", leader=leader)
    assert (at(names["x"]).name, at(names["y"]).name) == ("", "")


def test_helpers_of_the_user_are_the_users(leader):
    def doubled(stream):
        return stream.map(lambda n: n * 2)

    result = doubled(leader.source_iter([1]))
    assert at(result).text == "return stream.map(lambda n: n * 2)"


def test_flow_is_named_by_its_variable():
    wordcount = FlowBuilder()
    assert wordcount.name == "wordcount"
    assert FlowBuilder().name == "flow"
    assert FlowBuilder("given").name == "given"


def _run(code, filename, **names):
    linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
    exec(compile(code, filename, "exec"), names)
    return names


def test_cells_have_labels(leader):
    site.name_file("/tmp/ipykernel_7/1.py", "In[5]")
    names = _run("numbers = leader.source_iter([1])\n", "/tmp/ipykernel_7/1.py", leader=leader)
    assert str(at(names["numbers"])) == "In[5], line 1:     numbers = leader.source_iter([1])"
    site.name_file("/tmp/ipykernel_7/1.py", "In[6]")
    assert at(_run("x = leader.source_iter([1])\n", "/tmp/ipykernel_7/1.py", leader=leader)["x"]).cell == "In[6]"


def test_unknown_cells(leader):
    names = _run("numbers = leader.source_iter([1])\n", "/tmp/ipykernel_7/2.py", leader=leader)
    assert at(names["numbers"]).cell == "cell"
    exec("numbers = leader.source_iter([1])", names)
    assert at(names["numbers"]).text == ""
