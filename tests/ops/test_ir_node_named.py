from hydro_nb import GraphError


def test_list(leader, run, snapshot):
    doubled = leader.source_iter([1, 2]).ir_node_named("in").map(lambda n: n * 2)
    assert run(doubled) == [2, 4]
    doubled.for_each(print)
    snapshot(leader.flow.source(leader))


def test_guarantees(live):
    loose = live.weaken_ordering().weaken_retries()
    assert loose.ir_node_named("in").kind == loose.kind


def test_pictures_show_it(live, both):
    assert both(live.ir_node_named('what "came"')) == [1, 2, 3]
    assert '["what #34;came#34;"]' in live.flow.to_mermaid()
    assert 'what \\"came\\"' in live.flow.to_dot()


def test_no_name(live, message):
    assert message(lambda: live.ir_node_named(""), GraphError) == (
        "`ir_node_named` needs a name in words, but was given ''.\n"
        '  test_ir_node_named.py, line _:   assert message(lambda: live.ir_node_named(""), GraphError) == ('
    )
