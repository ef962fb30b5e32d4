"""Runs a notebook in a kernel of this interpreter, and prints what its cells and processes print as it comes."""

from __future__ import annotations

import re
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from hydro_nb.cli.say import complain, say

_nbclient: Any = import_module("nbclient")
_nbformat: Any = import_module("nbformat")
_kernelspec: Any = import_module("jupyter_client.kernelspec")
_manager: Any = import_module("jupyter_client.manager")

ECHO = "hydro_nb.notebook.echo"
"""The extension that prints the lines of processes, which in a browser the dashboard shows."""
WIDGET = "application/vnd.jupyter.widget-view+json"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def run_notebook(file: Path) -> int:
    """Run every cell; the first one that fails ends it."""
    try:
        notebook = _nbformat.read(file, as_version=4)
    except Exception as error:  # noqa: BLE001 - nbformat raises errors of many kinds for what is no notebook
        return complain(f"{file} is not a notebook: {error}")
    with tempfile.TemporaryDirectory(prefix="hydro-nb-") as folder:
        client = Headless(notebook, resources={"metadata": {"path": str(file.parent)}})
        client.folder = folder
        try:
            client.execute()
        except _nbclient.exceptions.CellExecutionError:
            return complain(f"{file.name}: cell {client.shown} failed")
        except _nbclient.exceptions.DeadKernelError:
            return complain(f"{file.name}: the kernel died in cell {client.shown}")
    return 0


class ThisInterpreter(_kernelspec.KernelSpecManager):
    """Knows one kernel, which is the interpreter that runs this, whatever the notebook names."""

    def get_kernel_spec(self, kernel_name: str) -> Any:  # noqa: ARG002 - the interface is Jupyter's
        """Describe that kernel."""
        echo = f"--IPKernelApp.extra_extensions={ECHO}"
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", echo]
        return _kernelspec.KernelSpec(argv=argv, display_name="Python 3", language="python")


def _new_manager(folder: str) -> Any:
    """Make a manager whose kernel is talked to through sockets in a folder that only this user may enter."""
    local = {"transport": "ipc"} if sys.platform != "win32" else {}
    file = str(Path(folder) / "kernel.json")
    return _manager.AsyncKernelManager(kernel_spec_manager=ThisInterpreter(), connection_file=file, **local)


class Headless(_nbclient.NotebookClient):
    """Prints each output when it arrives."""

    shown = 0
    folder = ""

    def create_kernel_manager(self) -> Any:
        """Make the manager; the client ends the kernel of one that it made."""
        self.km = _new_manager(self.folder)
        return self.km

    async def async_execute_cell(self, cell: Any, cell_index: int, *given: Any, **named: Any) -> Any:
        """Run a cell, keeping count of those that hold code."""
        if cell.cell_type == "code":
            self.shown += 1
        return await _nbclient.NotebookClient.async_execute_cell(self, cell, cell_index, *given, **named)

    def output(self, outs: list[Any], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        """Print an output and keep it as the client does."""
        _show(msg["msg_type"], msg["content"])
        return _nbclient.NotebookClient.output(self, outs, msg, display_id, cell_index)


def _show(kind: str, content: dict[str, Any]) -> None:
    match kind:
        case "stream":
            target = sys.stdout if content["name"] == "stdout" else sys.stderr
            target.write(content["text"])
            target.flush()
        case "display_data" | "execute_result" if WIDGET not in content["data"]:
            say(content["data"].get("text/plain", ""))
        case "error":
            complain(_fit("\n".join(content["traceback"])))
        case _:
            pass


def _fit(text: str) -> str:
    return text if sys.stderr.isatty() else COLOURS.sub("", text)
