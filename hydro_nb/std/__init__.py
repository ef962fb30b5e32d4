"""Parts of distributed programs, written in the language itself; each is imported from the module that it stands in.

bench_client: BenchResult, bench_client, print_bench_results
    Measuring a service by clients that each wait for one transaction at a time.
compartmentalize: decouple_cluster, decouple_process, part_of, partition, send_partitioned
    Moving parts of a program to places of their own without changing what it means.
files: source_csv, source_directory, source_json_lines, source_lines, write_csv, write_json_lines, write_lines
    Files as sources and sinks: lines, CSV, JSON lines, folders.
frames: frame_rows, source_frame, to_frame, to_table, write_parquet
    Frames in and out: pandas and Arrow, in record batches, so that a large table is never in a process whole.
http: HttpClients, HttpPort, Request, Response, source_http
    An HTTP endpoint on a process: requests come into the flow as a keyed stream, responses go out by the same keys.
membership: track_membership
    Who is there: members and clients as a table that changes as they come and go.
quorum: collect_quorum, collect_quorum_with_response
    Waiting until enough of those who were asked have agreed.
request_response: join_responses
    Bringing answers together with what was known when the question was asked.

>>> from hydro_nb.std.quorum import collect_quorum

The other modules here are what these are made of.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hydro_nb.std import bench_client as bench_client
    from hydro_nb.std import compartmentalize as compartmentalize
    from hydro_nb.std import files as files
    from hydro_nb.std import frames as frames
    from hydro_nb.std import http as http
    from hydro_nb.std import membership as membership
    from hydro_nb.std import quorum as quorum
    from hydro_nb.std import request_response as request_response

__all__ = [
    "bench_client",
    "compartmentalize",
    "files",
    "frames",
    "http",
    "membership",
    "quorum",
    "request_response",
]


def __getattr__(name: str) -> ModuleType:
    # loaded where they are asked for: processes that run a ready-made part load this package, and must stay light
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; there are {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
