from hydro_nb import ProcessFailed, ProofError, proof


def test_list(flow, leader, snapshot):
    leader.source_iter([1, 2]).for_each(print)
    snapshot(flow.source(leader))
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(60)
        assert [str(line) for line in deployment.logs()] == ["[Leader] 1", "[Leader] 2"]


def test_both_cuts(flow, live):
    live.for_each(print)
    port = live.sim_output()

    async def body():
        await port.assert_yields_only([1, 2, 3])

    assert flow.sim().exhaustive(body) == 1
    printed = [line for moment in flow.sim().record(body).moments for line in moment.printed]
    assert printed == ["1", "2", "3"]


def test_proofs(live, message):
    assert "commutative=proof" in message(lambda: live.weaken_ordering().for_each(print), ProofError)
    assert "idempotent=proof" in message(lambda: live.weaken_retries().for_each(print), ProofError)
    live.weaken_ordering().for_each(print, commutative=proof("shown"))


def test_failure(flow, leader, message):
    leader.source_iter([1, 0]).for_each(lambda n: 1 // n)
    with flow.deploy(backend="inprocess") as deployment:
        text = message(lambda: deployment.settle(60), ProcessFailed)
    assert "ZeroDivisionError" in text
    assert "leader.source_iter([1, 0]).for_each(lambda n: 1 // n)" in text
