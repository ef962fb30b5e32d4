"""What processes that go on say, under the names that a changed flow has for their nodes."""

from __future__ import annotations

import msgspec

from hydro_nb.telemetry.renamed import renamed
from hydro_nb.wire import Counts, Sample, Skipped


def test_all_that_is_told_by_slot_is_told_by_the_present_one():
    sample = Sample(0.0, "1", "int")
    said = {
        "totals": 1,
        "samples": [sample],
        "values": sample,
        "discarded": 2,
        "skipped": Skipped(3),
        "estimates": 4,
    }
    told = Counts(0, 0.0, **{field: {"a.map.0": value} for field, value in said.items()})
    tables = {each.name for each in msgspec.structs.fields(Counts) if isinstance(getattr(told, each.name), dict)}
    assert tables == said.keys() | {"taps"}, "what is watched has the names that the kernel gave when it asked"
    now = renamed(told, {"a.map.0": "a.map.1"})
    assert {field: getattr(now, field) for field in said} == {f: {"a.map.1": value} for f, value in said.items()}
