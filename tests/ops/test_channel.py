from hydro_nb import Bounded, GraphError, KeyedStream, NoOrder, Optional, Singleton, Stream
from hydro_nb.ir.node import Bound, Order


def test_many_senders(leader, live, both, snapshot):
    sender, numbers = leader.channel(Stream, of=int, order=NoOrder)
    sender.send(live)
    sender.send(live.map(lambda n: n * 10))
    assert sorted(both(numbers)) == [1, 2, 3, 10, 20, 30]
    numbers.map(lambda n: n + 1)
    snapshot(leader.flow.source(leader))


def test_guarantees(leader):
    _, numbers = leader.channel(Stream, of=int, order=NoOrder)
    assert (numbers.kind.bound, numbers.kind.order) == (Bound.UNBOUNDED, Order.NONE)
    assert leader.channel(Singleton, of=int, bound=Bounded)[1].kind.bound is Bound.BOUNDED


def test_unsent_is_empty(leader, both):
    for shape in (Stream, KeyedStream, Optional):
        _, nothing = leader.channel(shape, of=int, bound=Bounded)
        assert both(nothing) == []


def test_round_the_network(leader, worker, run):
    sender, numbers = leader.channel(Stream, of=int)
    numbers.inspect(lambda n: None)
    sender.send(leader.source_iter([5]).send(worker).map(lambda n: n - 1).send(leader))
    assert run(numbers) == [4]


def test_one_sender_where_there_is_an_order(leader, live, message):
    sender, _ = leader.channel(Stream, of=int)
    sender.send(live)
    assert message(lambda: sender.send(live), GraphError) == (
        "this channel is a Stream with TotalOrder and takes one collection, but was sent a second.\n"
        "  made at   test_channel.py, line _:   sender, _ = leader.channel(Stream, of=int)\n"
        "  again at  test_channel.py, line _:   assert message(lambda: sender.send(live), GraphError) == (\n"
        "  Merge them first, or make the channel unordered: order=NoOrder"
    )


def test_a_singleton_must_be_sent(leader, message):
    _, value = leader.channel(Singleton, of=int, bound=Bounded)
    value.into_stream().for_each(print)
    assert "a channel of a singleton is not completed" in message(leader.flow.deploy, GraphError)
