"""The same work by hand: what a good programmer writes for it in plain Python and ZeroMQ.

Run as `python -m hydro_nb.bench.hand NAME ARGUMENT...`; each name is a function here. They print what the flows print.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import Any

import zmq

from hydro_nb.bench.fresh import command, environment
from hydro_nb.bench.work import MAKERS, Trips, done, events, left, lines, mark, marked, right
from hydro_nb.runtime.codec import make_codec
from hydro_nb.wire import CodecSpec

FRAME = 1024
COUNT = struct.Struct("<I")
NUMBER = struct.Struct("<q")


@contextmanager
def _children(*commands: tuple[object, ...]) -> Generator[None]:
    """Start the other processes of a program, and wait for their end."""
    with ExitStack() as stack:
        started = [stack.enter_context(_started(each)) for each in commands]
        yield
        codes = [child.wait() for child in started]
        if any(codes):
            raise SystemExit(1)


def _started(arguments: tuple[object, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command("hand", *arguments), env=environment())


@contextmanager
def _socket(kind: int, endpoint: str, *, bind: bool = False) -> Generator[zmq.Socket[bytes]]:
    with zmq.Context() as context, context.socket(kind) as socket:
        # without water marks, as the flows: libzmq's ipc drops the tail otherwise when a sender closes
        socket.set_hwm(0)
        socket.setsockopt(zmq.LINGER, -1)
        socket.bind(endpoint) if bind else socket.connect(endpoint)
        yield socket


# ---------------------------------------------------------------- P1


def one_process(count: int) -> None:
    """Map, filter, map and add up in one loop."""
    total = 0
    for x in marked(range(count)):
        y = x * 3 + 1
        if y % 2 == 0:
            total += y ^ 0x5555
    done(total)


# ---------------------------------------------------------------- P2, P3, P4


def word_count(count: int) -> None:
    """Count the words of a text."""
    counts: dict[str, int] = {}
    for line in marked(lines(count)):
        for word in line.split():
            counts[word] = counts.get(word, 0) + 1
    done(sum(len(word) * count for word, count in counts.items()))


def running_fold(count: int, keys: int = 1000) -> None:
    """Add up under each key, and see every sum."""
    sums: dict[str, int] = {}
    seen = 0
    for key, n in marked(events(count, keys)):
        sums[key] = total = sums.get(key, 0) + n
        seen ^= total
    done(seen)


def join(count: int) -> None:
    """Match two streams by their keys, taking a portion of each in turn, and keep both sides."""
    few = iter(right(count))
    many = marked(left(count))
    lefts: dict[int, list[int]] = {}
    rights: dict[int, list[int]] = {}
    total = 0
    portion: list[tuple[int, int]] | None = None
    while portion is None or portion:
        for key, value in islice(few, FRAME):
            rights.setdefault(key, []).append(value)
            for other in lefts.get(key, ()):
                total += other ^ value
        portion = list(islice(many, FRAME))
        for key, value in portion:
            lefts.setdefault(key, []).append(value)
            for other in rights.get(key, ()):
                total = total + (value ^ other) if value >= 0 else done(total)


# ---------------------------------------------------------------- P5


def two_processes(kind: str, count: int) -> None:
    """Start a sender, and be its receiver."""
    with _folder() as folder, _children(("sender", kind, count, folder)):
        receiver(kind, folder)


def sender(kind: str, count: int, folder: str) -> None:
    """Send a list from memory in frames."""
    make, element = MAKERS[kind]
    encode = _codec(element).encode
    items = marked(make(count))
    with _socket(zmq.PUSH, f"ipc://{folder}/data") as socket:
        while chunk := list(islice(items, FRAME)):
            socket.send(COUNT.pack(len(chunk)) + encode(chunk))


def receiver(kind: str, folder: str) -> None:
    """Take frames and fold what is in them."""
    decode = _codec(MAKERS[kind][1]).decode
    with _socket(zmq.PULL, f"ipc://{folder}/data", bind=True) as socket:
        FOLDS[kind](_batches(socket, decode))


def _codec(element: Any) -> Any:
    """Give the codec that the flows use, so that only what is around it differs."""
    return make_codec(CodecSpec("msgpack"), element)


def _batches(socket: zmq.Socket[bytes], decode: Any) -> Iterator[list[Any]]:
    while True:
        frame = socket.recv()
        yield decode(memoryview(frame)[COUNT.size :], COUNT.unpack_from(frame)[0])


def fold_ints(batches: Iterator[list[int]]) -> None:
    """Add numbers up."""
    total = 0
    for batch in batches:
        for item in batch:
            x = item ^ 0x5555
            if x < 0:
                done(total)
                return
            total += x


def fold_pairs(batches: Iterator[list[tuple[str, int]]]) -> None:
    """Add the numbers of pairs up."""
    total = 0
    for batch in batches:
        for _, x in batch:
            if x < 0:
                done(total)
                return
            total += x


def fold_records(batches: Iterator[list[Any]]) -> None:
    """Add a field of records up."""
    total = 0
    for batch in batches:
        for item in batch:
            x = item.value
            if x < 0:
                done(total)
                return
            total += x


FOLDS: dict[str, Any] = {"ints": fold_ints, "pairs": fold_pairs, "records": fold_records}


# ---------------------------------------------------------------- P6


def round_trip(warm: int, count: int) -> None:
    """Send a number to and fro."""
    trips, until = Trips(warm, count), warm + count
    with (
        _folder() as folder,
        _children(("echo", until, folder)),
        _socket(zmq.PULL, f"ipc://{folder}/back", bind=True) as back,
        _socket(zmq.PUSH, f"ipc://{folder}/forth") as forth,
    ):
        number = 0
        while number < until:
            forth.send(NUMBER.pack(number))
            number = trips(*NUMBER.unpack(back.recv()))


def echo(until: int, folder: str) -> None:
    """Send back what comes."""
    with (
        _socket(zmq.PULL, f"ipc://{folder}/forth", bind=True) as forth,
        _socket(zmq.PUSH, f"ipc://{folder}/back") as back,
    ):
        for _ in range(until):
            back.send(forth.recv())


# ---------------------------------------------------------------- P7


def start(count: int, rounds: int) -> None:
    """Start a row of bare subprocesses, again and again."""
    for _ in range(rounds):
        with _folder() as folder:
            mark("call")
            with _children(*(("passing", number, count, folder) for number in range(count))):
                pass


def passing(number: int, count: int, folder: str) -> None:
    """Pass an item on, and be one of a row."""
    with ExitStack() as stack:
        item = b"\1"
        if number:
            item = stack.enter_context(_socket(zmq.PULL, f"ipc://{folder}/{number}", bind=True)).recv()
        if number + 1 < count:
            stack.enter_context(_socket(zmq.PUSH, f"ipc://{folder}/{number + 1}")).send(item)
        else:
            mark("seen")


# ---------------------------------------------------------------- the command line


@contextmanager
def _folder() -> Generator[str]:
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        yield folder


def main(name: str, *args: str) -> None:
    """Be one of the programs."""
    globals()[name](*(int(arg) if arg.isdigit() else arg for arg in args))


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)
