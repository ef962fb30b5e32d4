"""The ends of one edge's channels share what none of them changes."""

import pytest

from hydro_nb.runtime.wiring import Codecs, Wiring
from hydro_nb.wire import ChannelSpec, CodecSpec, peer

EDGES = [
    ChannelSpec(number, f"edge {number}", f"slot {number}", 0, 1, "out", "in", CodecSpec("msgpack", "T"))
    for number in range(2)
]


def test_all_channels_of_an_edge_have_one_codec():
    channels = tuple(edge.between(0, receiver) for edge in EDGES for receiver in range(50))
    codecs = Codecs({"T": int})
    senders = Wiring(channels).senders(0, codecs).values()
    receivers = [Wiring(channels).receiver(spec, codecs) for spec in channels]
    assert len({(id(end.codec), end.spec.edge) for end in (*senders, *receivers)}) == len(EDGES)


def test_each_end_that_learns_its_schema_has_a_codec_of_its_own():
    edge = ChannelSpec(0, "edge", "slot", 0, 1, "out", "in", CodecSpec("bincode"))
    channels = tuple(edge.between(0, receiver) for receiver in range(3))
    ends = Wiring(channels).senders(0, Codecs({})).values()
    assert len({id(end.codec) for end in ends}) == 3
    one, two, _ = ends
    assert one.codec.encode([1]) == two.codec.encode([1]) != one.codec.encode([1])


@pytest.mark.parametrize("near", [frozenset(), frozenset({0, peer(1, 2)})])
def test_what_is_handed_over_is_gauged_alike(near):
    channels = tuple(EDGES[0].between(0, receiver) for receiver in range(3))
    ends = Wiring(channels, near=near).senders(0, Codecs({"T": int}))
    assert [type(end).__name__ == "HandingSender" for end in ends.values()] == [
        spec.receiver in near for spec in channels
    ]
