"""TCP ports that a process serves, and async functions beside it."""

from collections.abc import AsyncIterator
from typing import assert_type

from hydro_nb import (
    BytesCodec,
    ExactlyOnce,
    FlowBuilder,
    KeyedStream,
    MembershipEvent,
    Process,
    Stream,
    TcpPort,
    TotalOrder,
    Unbounded,
)
from hydro_nb.lang.outside import Outbox


class Server: ...


flow = FlowBuilder()
server = flow.process(Server)
client = flow.external()

port, lines, replies = server.bind_single_client(client)
assert_type(lines, Stream[str, Process[Server], Unbounded, TotalOrder, ExactlyOnce])
replies.send(lines.map(str.upper))
raw_port, raw, raw_replies = server.bind_single_client(client, BytesCodec(), TcpPort(4000))
assert_type(raw, Stream[bytes, Process[Server], Unbounded, TotalOrder, ExactlyOnce])
raw_replies.send(raw)

typed_port, numbers, texts = server.bind_single_client_bincode(client, int, str)
assert_type(numbers, Stream[int, Process[Server], Unbounded, TotalOrder, ExactlyOnce])
texts.send(numbers.map(str))

many_port, said, members, answers = server.bidi_external_many_bytes(client)
assert_type(said, KeyedStream[int, str, Process[Server], Unbounded, TotalOrder, ExactlyOnce])
assert_type(members, KeyedStream[int, MembershipEvent, Process[Server], Unbounded, TotalOrder, ExactlyOnce])
answers.send(said.map(str.upper))

asked_port, asked, _, told = server.bidi_external_many_bincode(client, int, int)
assert_type(asked, KeyedStream[int, int, Process[Server], Unbounded, TotalOrder, ExactlyOnce])
told.send(asked.map(lambda n: n + 1).weaken_ordering())

locked_port, locked, _ = server.bind_single_client_bincode(client, int, str, token="open-sesame-0")
assert_type(locked, Stream[int, Process[Server], Unbounded, TotalOrder, ExactlyOnce])

frames_port, frames = server.source_external_bytes(client, token="open-sesame-1")
assert_type(frames, Stream[bytes, Process[Server], Unbounded, TotalOrder, ExactlyOnce])


async def measure(inbox: AsyncIterator[str], outbox: Outbox[int]) -> None:
    async for text in inbox:
        await outbox.send(len(text))


lengths, to_measure = server.sidecar_bidi(measure, of=int, accepts=str)
assert_type(lengths, Stream[int, Process[Server], Unbounded, TotalOrder, ExactlyOnce])
to_measure.send(lines)
