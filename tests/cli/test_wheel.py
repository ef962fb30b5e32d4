"""What is installed is whole: the tutorials and the page's files are in the wheel, and the command finds them there."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, unpacked as pip would."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_everything_that_is_loaded_from_files_is_there(installed):
    ours = ["static/widget.js", "static/widget.css"]
    assert all((installed / "hydro_nb" / "notebook" / name).stat().st_size > 1000 for name in ours)
    tutorials = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {path.name for path in (installed / "hydro_nb" / "notebooks").glob("*.ipynb")} == tutorials


def test_the_command_is_declared(installed):
    (entries,) = installed.glob("hydro_nb-*.dist-info/entry_points.txt")
    assert "hydro-nb = hydro_nb.cli:main" in entries.read_text()


def test_lab_copies_the_installed_tutorials(installed, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "hydro_nb.cli", "lab", "--dir", "lessons", "--version"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "lessons" / "01_processes.ipynb").read_bytes() == (
        ROOT / "notebooks" / "01_processes.ipynb"
    ).read_bytes()


def test_bench_measures_what_is_installed(installed, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "hydro_nb.cli", "bench", "--quick", "--only", "P10"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "P10 private memory of a process" in done.stdout
