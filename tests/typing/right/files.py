"""Files and frames in and out of flows."""

from pathlib import Path
from typing import Any, NamedTuple, assert_type

from hydro_nb import Bounded, Cluster, FlowBuilder, NoOrder, Process, Stream
from hydro_nb.std.files import (
    source_csv,
    source_directory,
    source_json_lines,
    source_lines,
    write_csv,
    write_json_lines,
    write_lines,
)
from hydro_nb.std.frames import frame_rows, source_frame, write_parquet


class Point(NamedTuple):
    x: int


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader = flow.process(Leader)
workers = flow.cluster(Worker)
following = bool(1)

assert_type(source_lines(leader, "a.txt"), Stream[str, Process[Leader], Bounded])
assert_type(source_lines(workers, lambda: "a.txt"), Stream[str, Cluster[Worker], Bounded])
assert_type(source_lines(leader, Path("a.txt"), follow=True), Stream[str, Process[Leader]])
assert_type(source_lines(leader, "a.txt", follow=following), Stream[str, Process[Leader]])
assert_type(source_csv(leader, "a.csv"), Stream[dict[str, str], Process[Leader], Bounded])
assert_type(source_json_lines(leader, "a.jsonl"), Stream[Any, Process[Leader], Bounded])
assert_type(source_json_lines(leader, "a.jsonl", of=Point), Stream[Point, Process[Leader], Bounded])
assert_type(source_json_lines(leader, "a.jsonl", of=Point, follow=True), Stream[Point, Process[Leader]])
assert_type(source_directory(leader, "in", "*.csv"), Stream[str, Process[Leader], Bounded])
assert_type(source_directory(leader, "in", follow=True), Stream[str, Process[Leader]])

lines = source_lines(leader, "a.txt")
write_lines(lines, "b.txt", append=True)
write_csv(lines.map(lambda line: line.split()), "b.csv", ["name", "age"])
write_json_lines(lines.map(len), Path("b.jsonl"))
write_parquet(frame_rows(source_frame(leader, lambda: "a.parquet", rows=10)), "b.parquet")
assert_type(
    frame_rows(source_frame(leader, "a.parquet").weaken_ordering()),
    Stream[dict[str, Any], Process[Leader], Bounded, NoOrder],
)
