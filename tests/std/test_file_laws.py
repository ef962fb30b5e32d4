"""What is written comes back, and what is followed comes once, whatever it is."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hydro_nb.std.following import Growing
from hydro_nb.std.readers import csv_rows, json_values, text_lines
from hydro_nb.std.writers import csv_into, json_into, lines_into

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LINES = TEXTS.filter(lambda text: not {"\n", "\r"} & {*text})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
LAW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def through(elements, write, read):
    """Write elements into a file by a sink, close it, and read them by a source."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        sink = write(path)
        next(sink)
        for element in elements:
            sink.send(element)
        sink.close()
        return [*read(path)]


@LAW
@given(st.lists(LINES))
def test_lines(lines):
    found = through(lines, lambda path: lines_into(path, "utf-8", append=False), lambda path: text_lines(path, "utf-8"))
    assert found == lines


@LAW
@given(st.lists(JSON))
def test_json_lines(values):
    found = through(values, lambda path: json_into(path, append=False), lambda path: json_values(path, object))
    assert found == values


@LAW
@given(st.lists(TEXTS, min_size=1, max_size=3, unique=True).flatmap(lambda names: st.tuples(
    st.just(names), st.lists(st.fixed_dictionaries(dict.fromkeys(names, TEXTS)))
)))  # fmt: skip
def test_csv(table):
    names, rows = table
    write = lambda path: csv_into(path, names, ",", append=False)  # noqa: E731
    assert through(rows, write, lambda path: csv_rows(path, None, ",", "utf-8")) == rows


PIECES = st.lists(st.lists(LINES, max_size=3).map("\n".join).map(str.encode), max_size=4)
"""what is written to one file, a piece after the other"""


def end_of_file(how, path):
    match how:
        case "rotate":
            path.rename(path.with_suffix(".old"))
            path.touch()
        case "remove":
            path.unlink()
        case _:
            path.write_bytes(b"")


@LAW
@given(st.lists(st.tuples(PIECES, st.sampled_from(["rotate", "remove", "truncate"])), max_size=4), PIECES)
def test_followed_lines(earlier, last):
    """Each line comes once and in order; of a file that is no more, also what there is of its last line."""
    found, expected = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        file = Growing(str(path), "utf-8")
        for pieces, how in [*earlier, (last, "")]:
            for piece in pieces:
                with path.open("ab") as writer:
                    writer.write(piece)
                found += file.more() + file.more()
            path.touch()
            found += file.more()
            *lines, rest = b"".join(pieces).decode().split("\n")
            expected += [*enumerate(lines, 1)]
            if how:
                expected += [(len(lines) + 1, rest)] if rest else []
                end_of_file(how, path)
                found += file.more() + file.more()
        file.close()
    assert found == expected
