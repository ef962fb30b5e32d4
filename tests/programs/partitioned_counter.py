"""The counters of many keys, each on the shard that its key belongs to."""

from __future__ import annotations

from typing import Any

from counters import keyed_counter

from hydro_nb import Cluster, KeyedStream, MemberId, NoOrder, Process
from hydro_nb.std.compartmentalize import part_of

SHARDS = 5


class Shard: ...


def sharded_counter_service(
    shards: Cluster[Shard], increments: KeyedStream[int, str, Process[Any]], gets: KeyedStream[int, str, Process[Any]]
) -> tuple[
    KeyedStream[int, str, Process[Any], Any, NoOrder], KeyedStream[int, tuple[str, int], Process[Any], Any, NoOrder]
]:
    """Let the shard of each key count it: the same service, behind one more hop."""
    leader: Process[Any] = increments.location
    counted = increments.prefix_key(shard_of).demux(shards)
    asked = gets.prefix_key(shard_of).demux(shards)
    acknowledged, answers = keyed_counter(counted, asked)
    return acknowledged.send(leader).drop_key_prefix(), answers.send(leader).drop_key_prefix()


def shard_of(_client: int, key: str) -> MemberId[Shard]:
    return MemberId.from_raw_id(part_of(key, SHARDS), Shard)
