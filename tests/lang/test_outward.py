"""What opens a flow to the world outside, misused: said at the line, with what leads on."""

import pytest

from hydro_nb import FlowBuilder, GraphError, LocationError, Stream
from hydro_nb.lang.codecs import Auto, LinesCodec, TcpPort
from hydro_nb.lang.outside import Outside
from hydro_nb.lang.top_level import TopLevel
from hydro_nb.testing import collect

OPENING = sorted(name for name in {*dir(Outside)} - {*dir(TopLevel)} if not name.startswith("_"))


class Worker: ...


@pytest.fixture
def many(leader):
    _, lines, _, replies = leader.bidi_external_many_bytes(leader.flow.external())
    return lines, replies


@pytest.mark.parametrize("name", OPENING)
def test_a_cluster_names_the_process_in_front(flow, name):
    with pytest.raises(AttributeError, match=rf"'Cluster' .* '{name}'\. .* a process in front .*\.demux\(cluster\)"):
        getattr(flow.cluster(), name)


def test_other_names_stay_plain(flow):
    assert not hasattr(flow.cluster(), "__array__")
    with pytest.raises(AttributeError, match=r"attribute 'serve'\Z"):
        flow.cluster().serve(80)


def test_a_source_of_a_cluster_names_the_method_that_was_called(flow):
    workers, client = flow.cluster(), flow.external()
    for take in (workers.source_external, workers.source_external_bincode):
        with pytest.raises(LocationError, match=rf"`{take.__name__}` needs a process[\s\S]*send it on from there"):
            take(client)


def test_a_client_is_sent_to_by_another_method(leader, flow):
    numbers, client = leader.source_iter([1]), flow.external()
    for send, instead in ((numbers.send, "send_external"), (numbers.send_bincode, "send_bincode_external")):
        with pytest.raises(LocationError, match=rf"outside: \.{instead}\(client\)"):
            send(client)
    for out in (numbers.send_external, numbers.send_bincode_external):
        for place in (flow.process(), flow.cluster()):
            with pytest.raises(
                LocationError, match=r"Between places of the flow: \.send\(process\), \.demux\(cluster\)"
            ):
                out(place)


def test_replies_without_their_client(many):
    lines, replies = many
    for given in (lines.values(), lines.entries()):
        with pytest.raises(
            GraphError, match=r"keyed by the number of the client[\s\S]*Keep the keys[\s\S]*\(client, x\)"
        ):
            replies.send(given)
    with pytest.raises(GraphError, match=r"this is a KeyedSingleton\.\n[\s\S]*Look at it: \.snapshot"):
        replies.send(lines.value_counts())


def test_replies_keyed_for_one_client(leader, flow):
    _, lines, replies = leader.bind_single_client(flow.external())
    with pytest.raises(GraphError, match=r"there is but one that gets it[\s\S]*\.values\(\)"):
        replies.send(lines.map(lambda line: (0, line)).into_keyed())


def test_a_sidecar_that_is_no_async_function(leader):
    with pytest.raises(Exception, match=r"was given the function `<lambda>`\.\n"):
        leader.sidecar_bidi(lambda inbox, outbox: None)


@pytest.mark.parametrize("number", [-1, 65536, "http", 80.5])
def test_a_port_that_no_machine_has_is_refused_where_it_is_written(number):
    with pytest.raises(GraphError, match=r"needs a port from 0 to 65535[\s\S]*test_outward\.py, line \d+:.*TcpPort"):
        TcpPort(number)
    with pytest.raises(GraphError, match="needs a host in text"):
        TcpPort(80, None)
    assert Auto.number == 0


def test_the_class_of_a_codec_stands_for_it_as_it_is_by_default(leader, flow):
    _, lines, _ = leader.bind_single_client(flow.external(), LinesCodec)
    assert lines.kind.element is str


def test_places_are_told_apart(flow):
    leader, first, second = flow.process(), flow.cluster(Worker), flow.cluster(Worker)
    assert [*map(repr, (leader, first, second))] == [
        f"Process[None] ({leader.name})",
        "Cluster[Worker]",
        "Cluster[Worker] (Worker#2)",
    ]


def test_a_process_in_front_sends_on(flow):
    leader, workers = flow.process(), flow.cluster(Worker)
    words: Stream = leader.source_iter(["a", "b"]).broadcast_closed(workers)
    got = collect(words.send(leader).values(), clusters={workers: 2}, backend="inprocess")
    assert sorted(got) == ["a", "a", "b", "b"]


def test_a_place_of_another_flow_is_said_to_be(leader):
    with pytest.raises(LocationError, match="belongs to another flow"):
        leader.source_iter([1]).send_external(FlowBuilder().external())
