from hydro_nb import GraphError, LocationError, nondet


def test_list(flow, leader, snapshot):
    out = leader.source_iter([1, 2]).sim_output()

    async def body():
        await out.assert_yields_only([1, 2])

    assert flow.sim().exhaustive(body) >= 1
    assert out.name == "out"
    snapshot(flow.source(leader))


def test_in_a_tick(leader, message):
    batch = leader.source_iter([1]).batch(leader.tick(), nondet("any"))
    assert "Leave the tick first" in message(batch.sim_output, LocationError)


def test_cannot_be_deployed(flow, leader, message):
    leader.source_iter([1]).sim_output()
    text = message(lambda: flow.deploy(backend="inprocess"), GraphError)
    assert text.startswith("`sim_output` is a port of the simulator and cannot be deployed.")
