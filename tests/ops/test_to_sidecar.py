from hydro_nb import GraphError, LocationError


async def said(inbox, _outbox):
    async for word in inbox:
        print(word)


async def first(inbox, outbox):
    await outbox.send(await anext(inbox))


def test_list(flow, leader, run, snapshot):
    answers, questions = leader.sidecar_bidi(first, of=str, accepts=str)
    questions.send(leader.source_iter(["a", "b"]))
    assert run(answers) == ["a"]
    snapshot(flow.source(leader))


def test_what_comes_after_its_end_is_counted(flow, leader):
    answers, questions = leader.sidecar_bidi(first)
    port, words = leader.source_external(flow.external(), str)
    questions.send(words)
    answers.for_each(print)
    with flow.deploy(backend="inprocess") as deployment:
        for word in ("a", "b"):
            deployment.connect(port).send(word)
            deployment.settle(60)
        assert [line.text for line in deployment.logs()] == ["a"]
        assert f"sidecar_bidi `{answers.ref.slot}`: 1 discarded: the function had ended" in deployment.status()


def test_from_elsewhere(leader, worker, message):
    _answers, questions = leader.sidecar_bidi(said)
    assert "needs a collection on Process[Leader]" in message(
        lambda: questions.send(worker.source_iter(["a"])), LocationError
    )


def test_the_simulator_refuses(flow, leader, message):
    leader.sidecar_bidi(said)[1].send(leader.source_iter(["a"]))
    assert "because of `sidecar_bidi`" in message(flow.sim, GraphError)
