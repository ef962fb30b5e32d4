"""Who waits at a TCP port in the kernel: several at once, in threads and on loops, while others close it."""

import asyncio
import os
import socket
import threading

import pytest

from hydro_nb import DeployError, FlowBuilder, LengthDelimitedCodec

SECONDS = 60


@pytest.fixture(params=("local", "inprocess"))
def backend(request):
    return request.param


@pytest.fixture
def flow():
    return FlowBuilder("waiting")


@pytest.fixture
def port(flow):
    port, lines, replies = flow.process().bind_single_client(flow.external())
    replies.send(lines)
    return port


async def waiting(coroutine):
    """Start this, and let it run until it waits."""
    task = asyncio.ensure_future(coroutine)
    await asyncio.sleep(0)
    return task


async def collected(client):
    return [each async for each in client]


async def close(deployment, client):
    client.close()


async def stop(deployment, client):
    deployment.stop()


async def stopped(deployment, client):
    await deployment.stopped()


ENDS = {close: "it was closed", stop: "the deployment has stopped", stopped: "the deployment has stopped"}


@pytest.mark.parametrize("end", ENDS)
def test_the_end_wakes_all_who_await(flow, port, backend, end):
    async def main():
        deployment = flow.deploy(backend=backend)
        client = deployment.connect(port)
        first, second, rest = [
            await waiting(each) for each in (client.received(), client.received(SECONDS), collected(client))
        ]
        await end(deployment, client)
        for each in (first, second):
            with pytest.raises(DeployError, match=f"port `port`: nothing more comes, {ENDS[end]}"):
                await asyncio.wait_for(each, SECONDS)
        assert await asyncio.wait_for(rest, SECONDS) == []
        deployment.stop()

    asyncio.run(main())


def test_the_end_wakes_threads(flow, port):
    errors = []

    def wait(client):
        try:
            client.receive()
        except DeployError as error:
            errors.append(str(error))

    with flow.deploy(backend="local") as deployment:
        client = deployment.connect(port)
        threads = [threading.Thread(target=wait, args=(client,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        client.close()
        for thread in threads:
            thread.join(SECONDS)
    assert errors == ["port `port`: nothing more comes, it was closed"] * 3


def test_several_wait_for_one_element_each(flow, port, backend):
    async def main():
        async with flow.deploy(backend=backend) as deployment:
            client = deployment.connect(port)
            tasks = [await waiting(client.received(SECONDS)) for _ in range(3)]
            for number in range(3):
                await client.sent(f"{number}")
            assert sorted(await asyncio.gather(*tasks)) == ["0", "1", "2"]

    asyncio.run(main())


def test_threads_share_what_comes(flow, port):
    count = 300
    got = []

    def take(client):
        got.extend(client.receive(SECONDS) for _ in range(count // 3))

    with flow.deploy(backend="local") as deployment:
        client = deployment.connect(port)
        threads = [threading.Thread(target=take, args=(client,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(count):
            client.send(f"{number}")
        for thread in threads:
            thread.join()
    assert sorted(map(int, got)) == [*range(count)]


def test_one_awaits_while_another_sends_much(flow, backend):
    count = 60
    port, frames, replies = flow.process().bind_single_client(flow.external(), LengthDelimitedCodec())
    replies.send(frames.map(lambda frame: frame[:4]))

    async def main():
        async with flow.deploy(backend=backend) as deployment:
            client = deployment.connect(port)

            async def take():
                return [await client.received(SECONDS) for _ in range(count)]

            taking = await waiting(take())
            for _ in range(count):
                await client.sent(b"data" + b"x" * 900_000)
            assert await taking == [b"data"] * count

    asyncio.run(main())


def test_what_a_cancelled_sender_began_is_sent_by_who_waits(flow, backend):
    size = 30_000_000
    port, frames, replies = flow.process().bind_single_client(flow.external(), LengthDelimitedCodec(max_length=size))
    replies.send(frames.map(lambda frame: b"%d" % len(frame)))

    async def main():
        async with flow.deploy(backend=backend) as deployment:
            client = deployment.connect(port)
            sending = await waiting(client.sent(b"x" * size))
            sending.cancel()
            assert await client.received(SECONDS) == b"%d" % size

    asyncio.run(main())


def test_a_fork_that_stops_leaves_the_connection_alone(flow, port):
    with flow.deploy(backend="local") as deployment:
        client = deployment.connect(port)
        pid = os.fork()
        if pid == 0:
            try:
                deployment.stop()
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        client.send("a")
        assert client.receive(SECONDS) == "a"


def test_a_socket_that_was_watched_is_given_back(flow, port):
    with flow.deploy(backend="local") as deployment:
        client = deployment.connect(port)
        with pytest.raises(TimeoutError, match=r"nothing came within 0\.01 seconds"):
            client.receive(0.01)
        client.close()
        deployment.settle(SECONDS)
        with socket.create_connection(deployment.address(port), SECONDS) as other:
            other.sendall(b"a\n")
            assert other.recv(2) == b"a\n"
