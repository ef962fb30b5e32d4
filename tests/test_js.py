"""The page's own checks, and the bundle that is committed. Node is needed by those who change the page."""

import filecmp
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from needs import needed

JS = Path(__file__).parents[1] / "js"
STATIC = JS.parent / "hydro_nb" / "notebook" / "static"
BUNDLE = ("widget.js", "widget.css", "panes.js", "schedule.js", "schedule.css", "schedule_picture.css")
SCRIPTS, SHEETS = ("widget.js", "panes.js", "schedule.js"), ("widget.css", "schedule.css")
LARGEST = 60 * 1024


@pytest.fixture(scope="module")
def npm():
    """Run a script of js/package.json; its packages are installed once, from the lock file."""
    found = needed(shutil.which("npm"), "no npm on PATH; the committed bundle is tested without it")

    def run(*arguments):
        done = subprocess.run([found, *arguments], check=False, cwd=JS, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    if not (JS / "node_modules" / ".package-lock.json").exists():
        run("ci", "--no-audit", "--no-fund")
    return run


def test_the_types_hold(npm):
    npm("run", "check")


def test_the_logic_holds(npm):
    assert "passed" in npm("test")


def test_the_committed_bundle_is_what_the_sources_give(npm, tmp_path):
    npm("run", "build", "--", "--out", str(tmp_path))
    _, different, missing = filecmp.cmpfiles(STATIC, tmp_path, BUNDLE, shallow=False)
    assert (different, missing) == ([], []), "run `npm run build` in js/ and commit hydro_nb/notebook/static"


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_bundle_is_small_and_loads_nothing_from_elsewhere(name):
    script = (STATIC / name).read_text()
    assert len(script.encode()) <= LARGEST
    rest = script.replace("http://www.w3.org/2000/svg", "")
    assert "http" not in rest
    # the one thing that is loaded later came from the kernel: no address could stand in its place
    blob = re.findall(r"=URL\.createObjectURL\(new Blob\(\[\w+\],\{[^}]*\}\)\);try\{return await import\(\w+\)", rest)
    assert len(blob) == rest.count("import(") == (name == "widget.js")


@pytest.mark.parametrize("name", SHEETS)
def test_the_style_touches_nothing_outside_the_widget(name):
    style = (STATIC / name).read_text()
    assert "http" not in style
    rules = [part.rpartition("{")[0].rpartition("{")[2] or part.partition("{")[0] for part in style.split("}")]
    selectors = [rule.strip() for rule in rules if rule.strip() and not rule.strip().startswith(("@", "to", "from"))]
    assert len(selectors) > 50
    assert [each for each in selectors if not each.startswith(".hydro")] == []
