from hydro_nb import GraphError, NoOrder
from hydro_nb.ir.node import Order


def test_list(flow, leader, snapshot):
    numbers_in, numbers = leader.sim_input(int)
    tens = numbers.map(lambda n: n * 10).sim_output()

    async def body():
        numbers_in.send_many([1, 2])
        await tens.assert_yields_only([10, 20])

    assert flow.sim().exhaustive(body) >= 1
    snapshot(flow.source(leader))


def test_guarantees(leader):
    assert leader.sim_input(int, order=NoOrder)[1].kind.order is Order.NONE


def test_no_marker(leader, message):
    assert "none of TotalOrder, NoOrder" in message(lambda: leader.sim_input(int, order=int), GraphError)


def test_cannot_be_deployed(flow, leader, message):
    numbers_in, _ = leader.sim_input(int)
    text = message(lambda: flow.deploy(backend="inprocess"), GraphError)
    assert text.startswith("`sim_input` is a port of the simulator and cannot be deployed.")
    assert numbers_in.name == "numbers_in"
