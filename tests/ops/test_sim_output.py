from hydro_nb import LocationError, nondet


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
