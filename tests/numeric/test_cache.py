"""Where compiled loops are kept, and where nothing is kept: what lies there is code that runs."""

from __future__ import annotations

import linecache
import os
from pathlib import Path

import numpy as np
import pytest
from numba.core import config

from hydro_nb.runtime import numeric_cache
from hydro_nb.runtime.numeric_cache import file_of
from hydro_nb.runtime.numeric_loops import compiled

LOOP = """def loop(column):
    total = 0
    for number in column:
        total = total + number
    return total
"""


def loop():
    """Give a function whose text is known, as that of generated source is."""
    linecache.cache["<loop>"] = (len(LOOP), None, LOOP.splitlines(keepends=True), "<loop>")
    scope = {}
    exec(compile(LOOP, "<loop>", "exec"), scope)
    return scope["loop"]


def kept(text, size, used):
    """Keep a text and as much compiled code, which were used at that time; gives both files."""
    path = file_of(text, "me")
    code = path.parent / "__pycache__" / f"{path.stem}.loop-1.py311.1.nbc"
    code.parent.mkdir(exist_ok=True)
    with code.open("w") as file:
        file.truncate(size)
    for each in (path, code):
        os.utime(each, (used, used))
    return path, code


@pytest.fixture
def home(monkeypatch, tmp_path):
    """Give the folder of a user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_what_is_kept_is_found_again_in_folders_that_nobody_else_opens(home):
    path = file_of("x = 1", "me")
    assert path is not None
    assert path.read_text() == "x = 1"
    assert file_of("x = 1", "me") == path
    assert {each.stat().st_mode & 0o777 for each in (path.parent, path.parent.parent)} == {0o700}


@pytest.mark.parametrize("folder", ["hydro_nb", "hydro_nb/loops"])
def test_nothing_is_kept_where_others_may_put_something(home, folder):
    (home / "hydro_nb" / "loops").mkdir(mode=0o700, parents=True)
    (home / folder).chmod(0o777)
    assert file_of("x = 1", "me") is None


def test_nothing_is_kept_for_who_has_no_home(monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert file_of("x = 1", "me") is None


def test_no_other_folder_is_read_that_the_environment_names(home, monkeypatch):
    shared = home / "shared"
    shared.mkdir()
    monkeypatch.setattr(config, "CACHE_DIR", str(shared))
    assert compiled(loop(), ["int64[:]"])
    assert [*shared.iterdir()] == []
    assert [*(home / "hydro_nb" / "loops" / "__pycache__").iterdir()]
    assert str(shared) == config.CACHE_DIR


def test_there_is_a_limit_and_what_was_used_last_is_kept(home, monkeypatch):
    monkeypatch.setattr(numeric_cache, "KEPT_BYTES", 1000)
    first, second, third = (kept(f"x = {number}", 300, used=number) for number in (1, 2, 3))
    stranger = first[0].parent / "notes.txt"
    stranger.write_text("a" * 2000)
    assert file_of("x = 1", "me") == first[0]
    fourth = kept("x = 4", 300, used=4)
    assert file_of("x = 5", "me") is not None
    there = [all(path.exists() for path in each) for each in (first, second, third, fourth)]
    gone = [not any(path.exists() for path in each) for each in (first, second, third, fourth)]
    assert (there, gone) == ([True, False, True, True], [False, True, False, False])
    assert stranger.exists()


def test_what_is_used_again_was_written_when_it_was_written(home):
    path, _ = kept("x = 1", 1, used=1)
    assert file_of("x = 1", "me") == path
    assert path.stat().st_mtime == 1
    assert path.stat().st_atime > 1


@pytest.mark.parametrize("gone", ["*.py", "__pycache__/*.nbc", "__pycache__/*.nbi"])
def test_what_was_taken_away_is_made_again(home, gone):
    column = np.arange(4)
    for _ in range(2):
        assert compiled(loop(), ["int64[:]"])(column) == 6
        found = [*(home / "hydro_nb" / "loops").glob(gone)]
        assert found
        for path in found:
            path.unlink()
