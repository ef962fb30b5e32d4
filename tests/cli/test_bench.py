"""`hydro-nb bench` as it is typed, with works that are over at once."""

import json
import xml.etree.ElementTree as ET

from hydro_nb.bench.growth import Series
from hydro_nb.bench.plot import drawn
from hydro_nb.bench.table import QUICK, Row, Scale, measured
from hydro_nb.bench.targets import NAMES, measure
from hydro_nb.cli import main

SMALL = Scale(rounds=1, share=0.001)


def test_a_row_says_whether_its_target_is_reached():
    assert Row("a", "", "", (0.7, 0.95, 0.92), ">= 0.90").reached is True
    assert measured("b", [61.0], "ms", "<= 60 ms").reached is False
    assert measured("c", [61.0], "ms").reached is None


def test_every_target_is_measured_by_something():
    assert [name for name in NAMES if name.startswith("P")] == [f"P{n}" for n in range(1, 13)]


def test_both_sides_of_a_case_give_the_same():
    for name in ("P1", "P2", "P3", "P4"):
        (row,) = measure(name, SMALL)
        assert row.case.startswith(name)
        assert row.middle > 0


def test_what_is_printed_and_what_is_told_to_programs(capsys):
    assert main(["bench", "--quick", "--only", "P10"]) == 0
    head, row, *_ = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["case", "hydro_nb"]
    assert row.startswith("P10 private memory of a process")
    assert main(["bench", "--quick", "--only", "P10", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(each["name"], each["unit"]) for each in told["rows"]] == [("P10", "MB")]
    assert told["growth"] == []


def test_what_there_is_not_is_refused_before_anything_is_measured(capsys, tmp_path):
    assert main(["bench", "--only", "P1,P99"]) == 1
    assert "there is no P99; there are P1, P2" in capsys.readouterr().err
    assert main(["bench", "--growth", str(tmp_path / "none" / "growth.svg")]) == 1
    assert f"there is no folder {tmp_path / 'none'}" in capsys.readouterr().err


def test_growth_is_drawn():
    even = Series("items", "a loop", ((1000, 0.01), (10_000, 0.1), (100_000, 1.0)))
    worse = Series("keys < all", "a loop in a loop", ((10, 0.01), (100, 1.0)))
    root = ET.fromstring(drawn([even, worse]))
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"items", "keys < all", "exponent 1.00", "exponent 2.00"} <= {*texts}
    assert {"10 k", "100 ms"} <= {*texts}
    assert len([*root.iter("{http://www.w3.org/2000/svg}circle")]) == 5


def test_a_quick_run_is_a_small_one():
    assert (QUICK.of(5_000_000), QUICK.of(500), Scale().of(7)) == (500_000, 500, 7)
