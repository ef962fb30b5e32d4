"""Everything that reads bytes from a socket, a pipe or a file, each with inputs that it takes, for fuzzing.

A target takes any bytes and returns, or raises an error of the package; whatever else comes out of it is a mistake.
"""

from __future__ import annotations

import functools
import os
import struct
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import msgspec

from hydro_nb.cli.lab import RECORD, copy_tutorials
from hydro_nb.deploy import records
from hydro_nb.deploy.clients import Clients
from hydro_nb.errors import HydroError
from hydro_nb.runtime.channel import read_header
from hydro_nb.runtime.clock import ManualClock
from hydro_nb.runtime.codec import make_codec
from hydro_nb.runtime.feeds import FatalError
from hydro_nb.runtime.framing import make_framing
from hydro_nb.runtime.report import decode_bootstrap, decode_control, decode_report, encode
from hydro_nb.runtime.wiring import Codecs, Wiring
from hydro_nb.runtime.worker import Worker
from hydro_nb.sim.store import Kept, Store
from hydro_nb.std.following import Growing
from hydro_nb.std.http_messages import Request
from hydro_nb.std.readers import csv_rows, json_values, text_lines
from hydro_nb.telemetry.blocks import LINE_LIMIT, Splitter
from hydro_nb.values import MemberId
from hydro_nb.wire import (
    HEADER,
    Bootstrap,
    ChannelSpec,
    CodecSpec,
    Counts,
    Entered,
    FramingSpec,
    Hello,
    LocationProgram,
    PeerJoined,
    Problem,
    Resident,
    Sample,
    Stop,
    To,
)


class Pair(NamedTuple):
    name: str
    amount: float | None


class Record(msgspec.Struct):
    number: int
    pairs: list[Pair]
    of: dict[str, tuple[int, ...]] = {}


ELEMENTS = [Record(1, [Pair("a", 2.5), Pair("b", None)], {"x": (1, 2)}), Record(-5, [])]
MIXED = [1, "text", (2.5, None), {"k": [b"b", 2**70]}, {1, 2}, MemberId.from_raw_id(3, "T"), 3j, Record(1, [])]


@dataclass(frozen=True)
class Target:
    """What is fed with bytes."""

    run: Callable[[bytes], object]
    seeds: tuple[bytes, ...]

    def __call__(self, data: bytes) -> None:
        with suppress(HydroError):
            self.run(data)


TARGETS: dict[str, Target] = {}


def target(*seeds: bytes) -> Callable[[Callable[[bytes], object]], Callable[[bytes], object]]:
    def add(run: Callable[[bytes], object]) -> Callable[[bytes], object]:
        TARGETS[run.__name__] = Target(run, seeds)
        return run

    return add


# ---------------------------------------------------------------- codecs


def _codec(kind: Any, element: Any) -> Any:
    # a schema that is inferred is the memory of one sender and one receiver; all else may be used again
    return _new_codec(kind, element) if (kind, element) == ("bincode", None) else _known_codec(kind, element)


def _new_codec(kind: Any, element: Any) -> Any:
    return make_codec(CodecSpec(kind), element, types=(Record, Pair), where="channel `c`")


_known_codec = functools.cache(_new_codec)


def _batch(kind: Any, element: Any, *batches: list[Any]) -> tuple[bytes, ...]:
    """Encode batches, each with its count before it, as a frame would have it."""
    codec = _codec(kind, element)
    return tuple(struct.pack("<I", len(batch)) + codec.encode(batch) for batch in batches)


def _decode(kind: Any, element: Any, data: bytes) -> None:
    count = int.from_bytes(data[:4], "little")
    assert len(_codec(kind, element).decode(memoryview(data)[4:], count)) == count


@target(*_batch("self-describing", None, MIXED, MIXED[:1] * 9, ELEMENTS))
def self_describing(data: bytes) -> None:
    _decode("self-describing", None, data)


@target(*_batch("msgpack", Record, ELEMENTS))
def msgpack(data: bytes) -> None:
    _decode("msgpack", Record, data)


@target(*_batch("msgpack", int, [1, -2, 3], [2**70], [True]))
def msgpack_numbers(data: bytes) -> None:
    _decode("msgpack", int, data)


@target(*_batch("bincode", Record, ELEMENTS, ELEMENTS * 4))
def bincode(data: bytes) -> None:
    _decode("bincode", Record, data)


@target(*_batch("bincode", None, [(1, "a"), (2, "b")]), *_batch("bincode", None, [{"a": [1, 2]}]))
def bincode_inferred(data: bytes) -> None:
    _decode("bincode", None, data)


# ---------------------------------------------------------------- frames


def _channel(number: int, sender: int, receiver: int, **more: Any) -> ChannelSpec:
    codec = CodecSpec("msgpack", "T")
    ends = f"out{number}", f"in{number}"
    return ChannelSpec(number, f"c{number}", f"edge:{number}", sender, receiver, *ends, codec, **more)


CHANNELS = (_channel(1, 0, 1), _channel(2, 1, 2), _channel(3, 0, 1, policy="lossy"), _channel(4, 1, 0, policy="lossy"))
WIRING = Wiring(CHANNELS, max_buffer=1 << 16)
SOURCE = """
class State:
    counts, samples = {}, {}
def start():
    return State()
def tick(state, inputs, outputs):
    for name in ("in1", "in3"):
        assert all(type(each) is int for each in inputs[name])
        outputs["out2"].extend(inputs[name])
    return False
"""
PROGRAM = LocationProgram(1, "loc", "W", "process", SOURCE, outputs=("out2", "out4"))


def _frames() -> tuple[bytes, ...]:
    """Give what all other peers would send, each frame with its length before it."""
    frames: list[bytes] = []
    for peer in (0, 2):
        codecs = Codecs({"T": int})
        for sender in WIRING.senders(peer, codecs).values():
            sender.put([1, 2, 3])
            sender.pack()
            sender.end("why")
            frames += [sender.hello(), *sender.take()]
        frames += [receiver.hello() for receiver in WIRING.receivers(peer, codecs).values()]
        frames += [
            receiver.frame(kind, 0, 5, 0) for receiver in WIRING.receivers(peer, codecs).values() for kind in (3, 5)
        ]
    return tuple(frames)


def _joined(frames: tuple[bytes, ...]) -> bytes:
    return b"".join(struct.pack("<H", len(frame)) + frame for frame in frames)


def _cut(data: bytes) -> list[bytes]:
    frames: list[bytes] = []
    while len(data) > 2:
        size = 2 + int.from_bytes(data[:2], "little")
        frames.append(data[2:size])
        data = data[size:]
    return frames


@target(*_frames())
def header(data: bytes) -> None:
    assert HEADER.unpack(HEADER.pack(*read_header(data))) == read_header(data)


@target(_joined(_frames()), *map(_joined, ((frame,) for frame in _frames())))
def worker(data: bytes) -> None:
    """A process between others: bad frames are refused or fail it with a reason, and nothing else happens."""
    sent: list[tuple[int, bytes]] = []
    made = Worker(
        PROGRAM,
        {"T": int},
        WIRING,
        peer=1,
        clock=ManualClock(),
        send=lambda peer, frame: sent.append((peer, frame)),
        report=lambda event: None,
    )
    made.start()
    for frame in _cut(data):
        made.receive(frame)
        try:
            while made.step():
                made.flush()
            made.flush()
            made.counts()
        except FatalError as failure:
            broken = failure.problem.error
            made.fail(broken)
            assert "channel `c" in broken
            return


@target(_joined(_frames()))
def clients(data: bytes) -> None:
    made = Clients(WIRING, {1}, lambda location: {"T": int})
    for frame in _cut(data):
        with suppress(HydroError):
            made.hear(frame)
        made.outgoing()
        made.counts()
        for receiver in made.receivers.values():
            while receiver.queue:
                try:
                    assert all(type(each) is int for each in receiver.take()[0])
                except HydroError as error:
                    receiver.cut(str(error), discard=True)


# ---------------------------------------------------------------- control messages


REPORTS = (
    Hello(1, 2, b"token", (3, 4)),
    Entered(1, "running", 7, 1.5),
    Counts(1, 2.0, {"a": 1}, {"a": [Sample(1.0, "x", "int")]}, {"b": Sample(1.0, "x", "int")}, discarded={"a": 1}),
    Problem(1, 1.0, "ValueError: no", "a", "map", element="5"),
)


@target(*map(encode, REPORTS))
def report(data: bytes) -> None:
    assert encode(decode_report(data))


@target(encode(To(1, Stop(drain=True))), encode(To(1, PeerJoined(2, "ipc://x", 2))))
def control(data: bytes) -> None:
    assert isinstance(decode_control(data), To)


BOOT = Bootstrap(
    residents=(Resident(PROGRAM, 1, CHANNELS),),
    endpoints={0: "ipc://a", 1: "ipc://b"},
    epochs={0: 1, 1: 1},
    control="ipc://c",
    token=b"token",
    path=["/"],
    cwd="/",
    max_buffer=1 << 16,
)


@target(msgspec.msgpack.encode(BOOT))
def bootstrap(data: bytes) -> None:
    assert isinstance(decode_bootstrap(data), Bootstrap)


# ---------------------------------------------------------------- what comes from outside


def _framing(spec: FramingSpec, data: bytes) -> None:
    made, found = make_framing(spec, {"T": Record, "__types__": (Record, Pair)}, "port `p`"), list[Any]()
    for at in range(0, len(data), 7):
        made.feed(data[at : at + 7], found)
    made.finish(found)


@target(b"one\r\ntwo\n\nthree", "ä\n".encode() * 9)
def lines(data: bytes) -> None:
    _framing(FramingSpec("lines", 100), data)


@target(b"\0\0\0\2hi\0\0\0\0\0\0\0\1x")
def length_delimited(data: bytes) -> None:
    _framing(FramingSpec("length-delimited", 100), data)


@target(
    *(
        make_framing(FramingSpec("length-delimited", 999, CodecSpec("bincode", "T")), {"T": Record}, "").encode(e)
        for e in ELEMENTS
    )
)
def length_delimited_records(data: bytes) -> None:
    _framing(FramingSpec("length-delimited", 999, CodecSpec("bincode", "T")), data)


@target(b"one\ntwo\r\nthree", b"x" * 300 + b"\n")
def log(data: bytes) -> None:
    splitter = Splitter()
    whole = b"".join(splitter.feed(data[at : at + 9]) for at in range(0, len(data), 9)) + splitter.rest()
    assert all(len(line) <= LINE_LIMIT for line in whole.split(b"\n"))


# ---------------------------------------------------------------- files

FOLDER = tempfile.TemporaryDirectory(prefix="hydro-nb-fuzz-")
FILE = Path(FOLDER.name) / "file"
NO_TUTORIALS = Path(FOLDER.name) / "none"
NO_TUTORIALS.mkdir()
KEPT = msgspec.json.format(msgspec.json.encode(Kept("m::t", ("port",), (3,), (0, 1, 2), "today", "it failed")))


@target(KEPT, KEPT.replace(b" ", b""))
def sim_failures(data: bytes) -> None:
    FILE.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kept = Store(FILE, "m::t", ("port",), (3,)).read()
    assert kept is None or all(type(choice) is int for choice in kept.schedule)


@target(b"one\ntwo\r\n\xc3\xa4", b"\xff\xfe")
def text_file(data: bytes) -> None:
    FILE.write_bytes(data)
    assert all("\n" not in line for line in text_lines(FILE, "utf-8"))


@target(b'a,b\n1,"x,\ny"\n', b"a,a\n1,2\n")
def csv_file(data: bytes) -> None:
    FILE.write_bytes(data)
    assert all(isinstance(row, dict) for row in csv_rows(FILE, None, ",", "utf-8"))


@target(b'{"number": 1, "pairs": [["a", 1.5]]}\n\n{"number": 2, "pairs": []}')
def json_file(data: bytes) -> None:
    FILE.write_bytes(data)
    assert all(isinstance(each, Record) for each in json_values(FILE, Record))


@target(b'{"a": [1, 2, {"b": null}]}\n[]\n')
def json_file_of_anything(data: bytes) -> None:
    FILE.write_bytes(data)
    assert all(msgspec.json.encode(each) for each in json_values(FILE, Any))


@target(b'{"kernel": 1, "where": {}}', b"[" * 40)
def records_of_deployments(data: bytes) -> None:
    with patch.dict(os.environ, XDG_STATE_HOME=FOLDER.name):
        folder = records.state_folder()
        folder.mkdir(exist_ok=True)
        (folder / f"{records.PREFIX}1.json").write_bytes(data)
        assert all(isinstance(each, records.Found) for each in records.found())


@target(b'{"a.ipynb": "1234"}', b"[]", b"3")
def record_of_tutorials(data: bytes) -> None:
    (Path(FOLDER.name) / RECORD).write_bytes(data)
    assert copy_tutorials(NO_TUTORIALS, Path(FOLDER.name)) == []


def _request(data: bytes) -> Request:
    return Request("POST", "/", body=data)


@target("text: ä".encode())
def text_of_a_request(data: bytes) -> None:
    assert isinstance(_request(data).text, str)


@target(b'{"number": 1, "pairs": [["a", 1.5]]}')
def json_of_a_request(data: bytes) -> None:
    assert isinstance(_request(data).json(Record), Record)


@target(b'{"a": [1, 2, {"b": null}]}')
def json_of_a_request_of_any_kind(data: bytes) -> None:
    assert msgspec.json.encode(_request(data).json())


@target(b"one\ntwo\r\n\xc3\xa4", b"\xc3")
def followed_file(data: bytes) -> None:
    FILE.write_bytes(data)
    growing = Growing(str(FILE), "utf-8")
    try:
        growing.more()
    finally:
        growing.close()
