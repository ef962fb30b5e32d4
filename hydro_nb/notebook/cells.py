"""The notebook's events, turned into runs of cells: what a cell makes replaces what it made before.

A run is opened before the cell and ended after it; a cell that fails changes nothing. One object per shell does this,
and goes on where its predecessor stopped when the package is loaded again.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from IPython.core.error import UsageError

from hydro_nb.deploy import quickest
from hydro_nb.lang import cell, redefined, site
from hydro_nb.lang.flow import FlowBuilder
from hydro_nb.notebook import display, stale
from hydro_nb.notebook.deployments import Deployments
from hydro_nb.notebook.flows import flows_of

HOOK = "_hydro_nb_cells"
BODY = "-body"
"""Added to a cell's key: what the body of a `%%hydro` cell makes is a run inside of the cell's own."""


@dataclass
class Open:
    """A run of a cell, under way."""

    info: Any
    key: str
    label: str
    flows: dict[str, FlowBuilder]
    """the flows that names were bound to when it began"""
    kept: bool = False
    """whether what it built stands even if the cell fails from here on"""


class Ran(NamedTuple):
    """A cell that ran, as it was then."""

    key: str
    text: str
    label: str
    """what the reader knows it by: `In[5]`"""


class Cells:
    """The hooks on one shell."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.deployments = Deployments()
        self._seen: Counter[str] = Counter()
        self._open: list[Open] = []
        self._ran: dict[str, Ran] = {}
        self._again: Ran | None = None
        """the cell that is being run again in the place of its reader"""
        self._stale: list[str] = []
        """the cells that the reader was told to run again"""
        self._makers: WeakKeyDictionary[FlowBuilder, str] = WeakKeyDictionary()
        """the cell that made each flow"""

    # ------------------------------------------------------------ life

    def attach(self, old: Any = None) -> None:
        """Start to listen, in the place of the hooks that an earlier load of this module left."""
        if old is not None:
            old.detach()
            self.deployments, self._seen, self._open = old.deployments, old._seen, old._open
            self._ran = getattr(old, "_ran", {})
            self._makers = getattr(old, "_makers", self._makers)
        self.shell.events.register("pre_run_cell", self.start)
        self.shell.events.register("post_run_cell", self.end)
        running = getattr(self.shell.displayhook, "exec_result", None)
        if running is not None and not running.info.silent and not self._open:
            self.start(running.info)

    def detach(self) -> None:
        """Listen no more."""
        self.shell.events.unregister("pre_run_cell", self.start)
        self.shell.events.unregister("post_run_cell", self.end)

    # ------------------------------------------------------------ events

    def start(self, info: Any) -> None:
        """Open the run of a cell; stop what the cell deployed when it last ran."""
        again = self._run_again(info)
        ran = again or Ran(self._key(info), info.raw_cell, self.label)
        key = ran.key
        self._forget_deleted(key)
        site.name_file(self._filename(info), ran.label)
        redefined.note(ran.label, key)
        if _parses(_transformed(info)):
            self.deployments.stop(key, ran.label)
        self._open.append(Open(info, key, ran.label, flows_of(self.shell.user_ns)))
        self._ran[key] = ran
        cell.begin(key, apart=again is not None)

    def end(self, result: Any) -> None:
        """End the run: keep what the cell made, or, where it failed, leave every flow as it was."""
        if not self._open or (result is not None and all(run.info is not result.info for run in self._open)):
            return
        while result is not None and self._open[-1].info is not result.info:
            self._finish(self._open.pop(), success=False)
        self._finish(self._open.pop(), success=result is not None and result.success)

    def _finish(self, run: Open, *, success: bool) -> None:
        if not success and not run.kept:
            cell.rollback()
        else:
            cell.commit()
            self._note_new(run)
            self._note_stale()
        self.deployments.adopt(run.key, run.label, self.shell.user_ns)
        display.wake()
        if flows_of(self.shell.user_ns):
            # who builds a flow will deploy it: what its processes are forked from takes a moment to load
            quickest.warm()

    def _note_new(self, run: Open) -> None:
        """Note the flows that the cell which ends has made, in the places of those that it made when it last ran."""
        for name, flow in flows_of(self.shell.user_ns).items():
            if flow not in self._makers:
                self._makers[flow] = run.key
                old = run.flows.get(name)
                if old is not None and self._makers.get(old) == run.key:
                    stale.succeed(flow, old)

    def _note_stale(self) -> None:
        """Say which cells must run again because of what the one that ends has changed."""
        flows = flows_of(self.shell.user_ns).values()
        known, self._stale = self._stale, [each for flow in flows for each in stale.labels(flow)]
        if new := [each for each in self._stale if each not in known]:
            print(stale.advice(new))  # noqa: T201 - the user must know

    # ------------------------------------------------------------ running a cell in its reader's place

    def _run_again(self, info: Any) -> Ran | None:
        """Give the cell that is run again in its reader's place, if it is the one that begins to run."""
        again, self._again = self._again, None
        return again if again is not None and again.text == info.raw_cell else None

    def rerun(self, key: str) -> str:
        """Run a cell again as it was when it last ran, and give its label; it shows what it shows here."""
        ran = self._ran.get(key)
        if ran is None:
            raise UsageError(f"`{key}` is no cell of this notebook: run the block of flow.cell again")
        if self.shell.should_run_async(ran.text, transformed_cell=self.shell.transform_cell(ran.text)):
            raise UsageError(f"{ran.label} awaits something and must be run by itself; then go on with %hydro refresh")
        self._again = ran
        if not self.shell.run_cell(ran.text, store_history=False).success:
            raise UsageError(f"{ran.label} failed, so the flow is as it was before it ran, and no cell below was run")
        return ran.label

    # ------------------------------------------------------------ for the magics

    @property
    def label(self) -> str:
        """The running cell as the reader knows it: `In[5]`."""
        return f"In[{self.number}]"

    @property
    def number(self) -> int:
        """The number of the running cell."""
        return self.shell.displayhook.prompt_count

    @property
    def key(self) -> str:
        """The key of the running cell."""
        return self._open[-1].key if self._open else "shell"

    def begin_body(self) -> None:
        """Open the run of a `%%hydro` body."""
        cell.begin(self.key + BODY)

    def keep(self) -> None:
        """Let what the cell built stand, whatever happens in it from here on."""
        if self._open:
            self._open[-1].kept = True

    def adopt(self) -> None:
        """Notice the deployments that the running cell has made so far."""
        self.deployments.adopt(self.key, self.label, self.shell.user_ns)

    # ------------------------------------------------------------ keys and names

    def _key(self, info: Any) -> str:
        """Name the cell: by its id, else, where the host gives none, by its text and how often that text ran."""
        if cell_id := getattr(info, "cell_id", None) or ("" if self._open else _host_id(self._metadata())):
            return _simple(cell_id)
        text = "\n".join(line.rstrip() for line in info.raw_cell.strip().splitlines())
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        self._seen[digest] += 1
        return f"cell-{digest}-{self._seen[digest]}"

    def _forget_deleted(self, running: str) -> None:
        for cell_id in self._metadata().get("deletedCells") or ():
            key = _simple(cell_id)
            if key != running:
                self.deployments.stop(key, "")
                cell.drop(key)

    def _metadata(self) -> dict[str, Any]:
        """Give what the host said of the cell that it had run, where there is a host."""
        parent: Any = self.shell.get_parent() if hasattr(self.shell, "get_parent") else {}
        return parent.get("metadata") or {}

    def _filename(self, info: Any) -> str:
        """Give the file name that the shell will compile the cell under."""
        return self.shell.compile.get_code_name(info.raw_cell, _transformed(info), self.number)


def attach(shell: Any) -> Cells:
    """Give the hooks of a shell, made now where there are none of this load of the module."""
    old: Any = getattr(shell, HOOK, None)
    if isinstance(old, Cells):
        return old
    hooks = Cells(shell)
    setattr(shell, HOOK, hooks)
    hooks.attach(old)
    return hooks


def _host_id(metadata: dict[str, Any]) -> str:
    """Give a cell's id where hosts put it that have a place of their own for it: Colab, Databricks, old kernels.

    >>> _host_id({"colab": {"cell_id": "Xy1"}}), _host_id({"commandId": "7"}), _host_id({})
    ('Xy1', '7', '')
    """
    colab: dict[str, Any] = metadata.get("colab") or {}
    return str(metadata.get("cellId") or colab.get("cell_id") or metadata.get("commandId") or "")


def _simple(cell_id: str) -> str:
    """Give an id that may be part of a slot's name: itself where it is plain, else a digest of it."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", cell_id):
        return cell_id
    return f"cell-{hashlib.sha256(cell_id.encode()).hexdigest()[:12]}"


def _transformed(info: Any) -> str:
    return getattr(info, "transformed_cell", None) or info.raw_cell


def _parses(source: str) -> bool:
    """Tell whether a cell will run at all: one that cannot must stop nothing."""
    try:
        compile(source, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, OverflowError):
        return False
    return True
