"""Files that are given what they do not take."""

from hydro_nb import FlowBuilder
from hydro_nb.std.files import source_json_lines, source_lines, write_csv, write_json_lines, write_lines
from hydro_nb.std.frames import write_parquet

flow = FlowBuilder()
leader = flow.process()
lines = source_lines(leader, "a.txt")

write_lines(lines.map(len), "b.txt")  # wrong in the editor: numbers
write_lines(lines.weaken_ordering(), "b.txt")  # wrong
write_csv(lines.weaken_retries(), "b.csv")  # wrong
write_json_lines(lines.weaken_ordering(), "b.jsonl")  # wrong
write_parquet(lines.weaken_ordering(), "b.parquet")  # wrong
source_lines(leader.tick(), "a.txt")  # wrong in the editor: each tick reads it again
grown = source_lines(leader, "a.txt", follow=True)
grown.last().map(lambda line: line.nothing)  # wrong in the editor: a text has none
read = source_json_lines(leader, "a.jsonl", of=int)
read.map(lambda n: n.nothing)  # wrong in the editor: a number has none
