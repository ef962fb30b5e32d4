"""Lines of boxes are cut so that those that differ look different."""

from hydro_nb.notebook.cutting import apart

WIDE = 24


def shown(*texts):
    return list(apart((text, WIDE) for text in texts).values())


def test_what_fits_stays_whole():
    assert shown("tick", "numbers [1, 2]") == ["tick", "numbers [1, 2]"]


def test_long_lines_that_differ_early_keep_their_beginning():
    one, other = shown(f"a{'x' * 40}", f"b{'x' * 40}")
    assert one == f"a{'x' * 22}\u2026"
    assert other == f"b{'x' * 22}\u2026"


def test_long_lines_that_differ_late_show_where():
    one, other = shown("ordered (Clients/0, 0, 'request lock a')", "ordered (Clients/0, 0, 'release lock a')")
    assert one != other
    assert one.startswith("ordered (\u2026")
    assert "quest" in one
    assert "lease" in other
    assert max(len(one), len(other)) <= WIDE


def test_many_that_differ_in_two_places_are_told_apart_as_far_as_there_is_room():
    texts = [f"ordered {{'number': {n}, 'result': {r!r}}}" for n in (1, 2) for r in ("a", "b")]
    assert len(set(shown(*texts))) >= 2
    assert all(len(each) <= WIDE for each in shown(*texts))


def test_the_same_text_is_cut_the_same():
    assert len(apart([("x" * 30, WIDE), ("x" * 30, WIDE), ("x" * 30, 9)])) == 2
