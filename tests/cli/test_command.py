"""`hydro-nb` as it is typed."""

import os
import select
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from hydro_nb.cli import main
from hydro_nb.cli.lab import FIRST, copy_tutorials

PROGRAM = """
from hydro_nb import FlowBuilder, q

class Leader: ...

flow = FlowBuilder()
leader = flow.process(Leader)
numbers = leader.source_iter(q([1, 2, 3, 4]))
process2 = flow.process()
on_p2 = numbers.send_bincode(process2)
on_p2.map(q(lambda n: n * 10)).for_each(q(print))
"""
SETTLE = "with flow.deploy() as deployment:\n    deployment.settle()"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
TAGGED = [f"[process 1] {n}0" for n in (1, 2, 3, 4)]


def hydro_nb(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hydro_nb.cli", *arguments]
    return subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_notebook(path: Path, *cells: str) -> None:
    made = [nbformat.v4.new_code_cell(each) for each in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)


# ---------------------------------------------------------------- the command


def test_version_and_help(capsys):
    for flag, says in (("--version", "hydro-nb "), ("--help", "run a notebook or a script")):
        with pytest.raises(SystemExit) as ended:
            main([flag])
        assert ended.value.code == 0
        assert says in capsys.readouterr().out


def test_without_a_command_it_shows_its_help(capsys):
    assert main([]) == 2
    assert "usage: hydro-nb" in capsys.readouterr().out


# ---------------------------------------------------------------- run


def test_a_script_prints_tagged_lines(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM + SETTLE)
    done = hydro_nb("run", "program.py", cwd=tmp_path)
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, TAGGED, "")


def test_a_script_gets_its_arguments_and_its_exit_code(tmp_path):
    (tmp_path / "program.py").write_text("import sys\nprint(sys.argv[1:], __name__)\nsys.exit(3)")
    done = hydro_nb("run", "program.py", "--fast", "7", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "['--fast', '7'] __main__\n")


def test_a_script_that_fails_shows_its_own_lines_only(tmp_path):
    (tmp_path / "program.py").write_text("def f():\n    return 1 / 0\n\nf()")
    done = hydro_nb("run", "program.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "line 2, in f" in done.stderr
    assert "ZeroDivisionError" in done.stderr
    assert "hydro_nb" not in done.stderr.replace(str(tmp_path), "")


def test_an_error_of_ours_is_its_message(tmp_path):
    (tmp_path / "program.py").write_text("from hydro_nb import FlowBuilder\nFlowBuilder().deploy()")
    done = hydro_nb("run", "program.py", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("GraphError: ")
    assert "Traceback" not in done.stderr


def test_a_notebook_prints_its_outputs_and_tagged_lines(tmp_path):
    write_notebook(tmp_path / "book.ipynb", PROGRAM, "print('before')", SETTLE, "6 * 7")
    done = hydro_nb("run", "book.ipynb", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["before", *TAGGED, "42"]


def test_the_magics_work_headless(tmp_path):
    cells = ("import hydro_nb", "%%hydro --deploy --wait\nprocess().source_iter([1, 2]).for_each(print)", "%hydro stop")
    write_notebook(tmp_path / "book.ipynb", *cells)
    done = hydro_nb("run", "book.ipynb", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {"[process 0] 1", "[process 0] 2", "flow: stopped"} <= set(done.stdout.splitlines())


def test_lines_that_a_notebook_asks_for_are_printed_once(tmp_path):
    settle = "deployment = flow.deploy()\ndeployment.settle()\n%hydro logs\n%hydro logs Leader\nprint('after')"
    write_notebook(tmp_path / "book.ipynb", PROGRAM, settle, "%hydro logs --last 1\ndeployment.stop()")
    done = hydro_nb("run", "book.ipynb", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [*TAGGED, "after"]


def test_lines_that_came_faster_than_they_were_printed_are_counted(tmp_path):
    flood = PROGRAM.replace("q([1, 2, 3, 4])", "range(150_000)")
    write_notebook(tmp_path / "book.ipynb", flood, SETTLE)
    done = hydro_nb("run", "book.ipynb", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    missing = [int(line.split()[1]) for line in lines if line.startswith("[... ")]
    assert sum(missing) + len(lines) - len(missing) == 150_000
    assert lines[-1] == "[process 1] 1499990"


def test_a_notebook_runs_where_it_lies(tmp_path):
    (tmp_path / "inner").mkdir()
    write_notebook(tmp_path / "inner" / "book.ipynb", "import os\nos.path.basename(os.getcwd())")
    done = hydro_nb("run", "inner/book.ipynb", cwd=tmp_path)
    assert done.stdout == "'inner'\n"


def test_a_cell_that_fails_ends_the_notebook(tmp_path):
    write_notebook(tmp_path / "book.ipynb", "1 / 0", "print('never')")
    done = hydro_nb("run", "book.ipynb", cwd=tmp_path)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert "book.ipynb: cell 1 failed" in done.stderr
    assert "\x1b" not in done.stderr
    assert done.stdout == ""


def test_a_function_that_fails_in_a_process_fails_the_run(tmp_path):
    failing = PROGRAM.replace("n * 10", "1 // (n - 3)")
    (tmp_path / "program.py").write_text(failing + SETTLE)
    write_notebook(tmp_path / "book.ipynb", failing, SETTLE)
    for name in ("program.py", "book.ipynb"):
        done = hydro_nb("run", name, cwd=tmp_path)
        assert done.returncode == 1
        assert "ProcessFailed" in done.stderr
        assert "lambda n: 1 // (n - 3)" in done.stderr


def test_a_kernel_that_dies_is_told_apart(tmp_path):
    write_notebook(tmp_path / "book.ipynb", "1", "import os\nos._exit(1)")
    done = hydro_nb("run", "book.ipynb", cwd=tmp_path)
    assert done.returncode == 1
    assert "the kernel died in cell 2" in done.stderr


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("nothing.py", None, "there is no file"),
        ("book.ipynb", "no json", "is not a notebook"),
        ("data.csv", "1,2", "neither a notebook"),
    ],
)
def test_what_cannot_run_is_said_in_one_line(tmp_path, capsys, name, text, says):
    if text is not None:
        (tmp_path / name).write_text(text)
    assert main(["run", str(tmp_path / name)]) == 1
    assert says in capsys.readouterr().err.splitlines()[0]


def test_a_notebook_takes_no_arguments(tmp_path, capsys):
    write_notebook(tmp_path / "book.ipynb", "1")
    assert main(["run", str(tmp_path / "book.ipynb"), "--fast"]) == 1
    assert "--fast" in capsys.readouterr().err


# ---------------------------------------------------------------- lab


def test_lab_becomes_jupyterlab_on_the_first_tutorial(tmp_path):
    done = hydro_nb("lab", "--version", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "The tutorials are in hydro-nb-tutorials"
    assert done.stdout.splitlines()[-1][0].isdigit()
    assert (tmp_path / "hydro-nb-tutorials" / FIRST).is_file()
    assert (tmp_path / "hydro-nb-tutorials" / "pictures" / "readings.svg").is_file()


def served_lab(folder):
    """Start the server on a port of its own; another program may take the port first, so try some."""
    for _ in range(3):
        port = free_port()
        own = (f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=")
        command = [sys.executable, "-m", "hydro_nb.cli", "lab", "--no-browser", "--allow-root", *own]
        server = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
        said = next((line for line in server.stderr if f":{port}/" in line), "")
        if said:
            return server, port, said
        server.communicate()
    raise AssertionError("JupyterLab found no port")


def connected(port):
    """Wait until the server listens, which it does a moment after it says so."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
            select.select([], [], [], 0.05)
    raise AssertionError(f"nobody listens on port {port}")


def test_lab_leads_to_the_first_tutorial(tmp_path):
    server, port, said = served_lab(tmp_path)
    try:
        connected(port)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
            assert page.url == f"http://127.0.0.1:{port}/lab/tree/{FIRST}"
        assert said.rstrip().endswith(f"/lab/tree/{FIRST}")
    finally:
        server.terminate()
        server.communicate()


def test_lab_keeps_what_was_edited_and_renews_the_rest(tmp_path):
    ours, copies = tmp_path / "ours", tmp_path / "copies"
    ours.mkdir()
    for name in ("a.ipynb", "b.ipynb"):
        (ours / name).write_text("first")
    assert copy_tutorials(ours, copies) == []
    (copies / "a.ipynb").write_text("mine")
    for name in ("a.ipynb", "b.ipynb", "c.ipynb"):
        (ours / name).write_text("second")
    assert copy_tutorials(ours, copies) == ["a.ipynb"]
    assert [(copies / f"{name}.ipynb").read_text() for name in "abc"] == ["mine", "second", "second"]


def test_lab_takes_a_notebook_that_was_only_run_for_what_it_was(tmp_path):
    ours, copies = tmp_path / "ours", tmp_path / "copies"
    ours.mkdir()
    write_notebook(ours / "a.ipynb", "6 * 7")
    assert copy_tutorials(ours, copies) == []
    run = nbformat.read(copies / "a.ipynb", as_version=4)
    run.cells[0].execution_count = 3
    nbformat.write(run, copies / "a.ipynb")
    assert copy_tutorials(ours, copies) == []
    assert nbformat.read(copies / "a.ipynb", as_version=4).cells[0].execution_count == 3
    write_notebook(ours / "a.ipynb", "6 * 8")
    assert copy_tutorials(ours, copies) == []
    assert nbformat.read(copies / "a.ipynb", as_version=4).cells[0].source == "6 * 8"


def test_lab_opens_on_how_far_the_reader_is(tmp_path):
    folder = tmp_path / "hydro-nb-tutorials"
    for passed in ("0 of", "1 of"):
        assert hydro_nb("lab", "--version", cwd=tmp_path).returncode == 0
        (shown,) = [cell for cell in nbformat.read(folder / FIRST, as_version=4).cells if cell.id == "progress"]
        assert shown.outputs[0].data["text/plain"].splitlines()[-1].startswith(passed)
        (folder / ".hydro-nb-progress.jsonl").write_text(
            '{"exercise": "01.1", "passed": true, "at": "2026-01-01T00:00:00Z"}\n'
        )


def test_lab_leaves_a_page_alone_that_is_something_else(tmp_path):
    folder = tmp_path / "hydro-nb-tutorials"
    folder.mkdir()
    (folder / FIRST).write_text('["mine"]')
    assert hydro_nb("lab", "--version", cwd=tmp_path).returncode == 0
    assert (folder / FIRST).read_text() == '["mine"]'


def test_lab_says_when_a_copy_cannot_be_made(tmp_path, capsys):
    (tmp_path / "taken").write_text("a file")
    assert main(["lab", "--dir", str(tmp_path / "taken")]) == 1
    assert "could not copy" in capsys.readouterr().err


@pytest.mark.parametrize(("missing", "command"), [("jupyterlab", "lab"), ("nbclient", "run")])
def test_what_is_not_installed_is_named_with_its_remedy(tmp_path, capsys, monkeypatch, missing, command):
    monkeypatch.setitem(sys.modules, missing, None)
    write_notebook(tmp_path / "book.ipynb", "1")
    arguments = (
        ["lab", "--dir", str(tmp_path / "copies")] if command == "lab" else ["run", str(tmp_path / "book.ipynb")]
    )
    assert main(arguments) == 1
    assert 'pip install "hydro_nb[lab]"' in capsys.readouterr().err
    assert not (tmp_path / "copies").exists()
