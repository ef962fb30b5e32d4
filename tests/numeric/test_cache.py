"""Where compiled loops are kept, and where nothing is kept: what lies there is code that runs."""

from __future__ import annotations

import linecache
from pathlib import Path

import pytest
from numba.core import config

from hydro_nb.runtime.numeric_cache import file_of
from hydro_nb.runtime.numeric_loops import compiled

LOOP = """def loop(column):
    total = 0
    for number in column:
        total = total + number
    return total
"""


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
    linecache.cache["<loop>"] = (len(LOOP), None, LOOP.splitlines(keepends=True), "<loop>")
    scope = {}
    exec(compile(LOOP, "<loop>", "exec"), scope)
    assert compiled(scope["loop"], ["int64[:]"])
    assert [*shared.iterdir()] == []
    assert [*(home / "hydro_nb" / "loops" / "__pycache__").iterdir()]
    assert str(shared) == config.CACHE_DIR
