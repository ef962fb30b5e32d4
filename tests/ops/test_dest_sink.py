import pytest

from hydro_nb import CaptureError, LocationError, OrderError, ProcessFailed, RetriesError, nondet


def printer():
    print("open")
    try:
        while True:
            print((yield))
    finally:
        print("closed")


def one():
    yield


@pytest.fixture(params=["inprocess", "local"])
def printed(request, flow):
    """Run a flow until it has settled, stop it; give what was printed, and the failure if there was one."""

    def of():
        failure = ""
        with flow.deploy(backend=request.param) as deployment:
            try:
                deployment.settle(60)
            except ProcessFailed as error:
                failure = str(error)
        return [line.text for line in deployment.logs()], failure

    return of


def test_list(leader, printed, snapshot):
    leader.source_iter([1, 2]).dest_sink(printer)
    snapshot(leader.flow.source(leader))
    assert printed() == (["open", "1", "2", "closed"], "")


def test_closed_when_the_process_fails(leader, printed):
    numbers = leader.source_iter([1, 0])
    numbers.dest_sink(printer)
    numbers.map(lambda n: 1 // n).for_each(lambda n: None)
    lines, failure = printed()
    assert (lines[0], lines[-1]) == ("open", "closed")
    assert "ZeroDivisionError" in failure


def test_a_generator_that_ends(leader, printed):
    leader.source_iter([1, 2]).dest_sink(one)
    _, failure = printed()
    assert "the generator of `dest_sink` takes no more elements" in failure
    assert "leader.source_iter([1, 2]).dest_sink(one)" in failure


def test_no_generator(flow, leader):
    leader.source_iter([1]).dest_sink(list)
    with pytest.raises(Exception, match=r"`dest_sink` got list, which is no generator"):
        flow.deploy(backend="inprocess")


def test_both_cuts(flow, leader):
    port, numbers = leader.sim_input(int)
    seen = []
    numbers.dest_sink(lambda: collector(seen))
    numbers_out = numbers.sim_output()

    async def body():
        port.send_many([1, 2])
        await numbers_out.assert_yields_only([1, 2])

    assert flow.sim().exhaustive(body) == 1


def collector(seen):
    while True:
        seen.append((yield))


def test_guarantees(leader, message):
    numbers = leader.source_iter([1])
    assert "totally ordered" in message(lambda: numbers.weaken_ordering().dest_sink(printer), OrderError)
    assert "exactly-once" in message(lambda: numbers.weaken_retries().dest_sink(printer), RetriesError)
    assert "needs a function" in message(lambda: numbers.dest_sink(printer()), CaptureError)
    batch = numbers.batch(leader.tick(), nondet("shown"))
    assert "outside a tick" in message(lambda: batch.dest_sink(printer), LocationError)
