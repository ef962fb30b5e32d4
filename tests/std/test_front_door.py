"""What of the ready-made parts can be found: by `help`, by `dir`, by `import *`, and in the README."""

from __future__ import annotations

import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import hydro_nb.std
from hydro_nb import CaptureError, FlowBuilder, GraphError
from hydro_nb.std import files, frames

README = (Path(__file__).parents[2] / "README.md").read_text()
MODULES = sorted(module.name for module in pkgutil.iter_modules(hydro_nb.std.__path__))
PUBLIC = hydro_nb.std.__all__
LISTED = re.findall(r"^\| `hydro_nb\.std\.(\w+)` \| (.*) \| (.*) \|$", README, re.MULTILINE)


def told(name: str) -> tuple[str, list[str], str]:
    """What a module says of itself: its name, what it gives, and what for."""
    module = import_module(f"hydro_nb.std.{name}")
    return name, module.__all__, (module.__doc__ or "").splitlines()[0].rstrip(".")


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_what_it_gives(name):
    module = import_module(f"hydro_nb.std.{name}")
    assert all(hasattr(module, each) for each in module.__all__)
    assert not [each for each in module.__all__ if each.startswith("_") or len(each) == 1]


def test_the_readme_lists_them():
    assert [(name, re.findall(r"`(\w+)`", names), what) for name, names, what in LISTED] == [*map(told, PUBLIC)]


def test_help_lists_them():
    text = hydro_nb.std.__doc__ or ""
    for name, names, what in map(told, PUBLIC):
        assert f"{name}: {', '.join(names)}\n    {what}.\n" in text


def test_dir_lists_them_and_they_are_there_without_an_import_of_their_own():
    program = "import hydro_nb.std; print(dir(hydro_nb.std)); print(hydro_nb.std.files.source_lines.__name__)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == f"{PUBLIC}\nsource_lines\n"
    with pytest.raises(AttributeError, match=r"no attribute 'quorums'; there are bench_client, .*quorum"):
        hydro_nb.std.quorums  # noqa: B018 - it is the look that fails


TAKING = {
    "source_lines": files.source_lines,
    "source_lines followed": lambda p, path: files.source_lines(p, path, follow=True),
    "source_csv": files.source_csv,
    "source_json_lines": files.source_json_lines,
    "source_directory": files.source_directory,
    "write_lines": lambda p, path: files.write_lines(p.source_iter(["a"]), path),
    "write_csv": lambda p, path: files.write_csv(p.source_iter(["a"]), path),
    "write_json_lines": lambda p, path: files.write_json_lines(p.source_iter(["a"]), path),
    "write_parquet": lambda p, path: frames.write_parquet(p.source_iter([{"n": 1}]), path),
}


@pytest.mark.parametrize("path", [3, None, b"words.txt", ["words.txt"]])
@pytest.mark.parametrize("name", TAKING)
def test_what_is_no_name_of_a_file_is_refused_at_the_line(name, path):
    with pytest.raises(
        GraphError, match=rf"`{name.split()[0]}` needs the name of a file[\s\S]*test_front_door\.py, line"
    ):
        TAKING[name](FlowBuilder().process(), path)


def test_a_function_that_names_a_file_takes_nothing():
    with pytest.raises(CaptureError, match="called with 0 arguments"):
        files.source_lines(FlowBuilder().process(), lambda number: f"{number}.txt")


def test_no_encoding():
    with pytest.raises(GraphError, match="there is no encoding 3"):
        files.source_lines(FlowBuilder().process(), "words.txt", encoding=3)
