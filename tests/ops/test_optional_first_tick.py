from hydro_nb import nondet


def test_once(leader, snapshot):
    numbers_in, numbers = leader.sim_input(int)
    tick = leader.tick()
    batch = numbers.batch(tick, nondet("every cut is tried"))
    first = tick.optional_first_tick("first")
    out = first.into_stream().chain(batch.map(str)).all_ticks().sim_output()

    async def body():
        numbers_in.send_many([1, 2])
        await out.assert_yields_only(["first", "1", "2"])

    assert leader.flow.sim().exhaustive(body) == 2
    snapshot(leader.flow.source(leader))


def test_made_on_the_process(leader, run):
    assert run(leader.tick().optional_first_tick(lambda: [1]).all_ticks()) == [[1]]
