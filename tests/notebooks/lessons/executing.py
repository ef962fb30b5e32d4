"""Running a lesson once for all that is asked of it: as it stands, with answers that a reader may give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from lessons.reading import FOLDER, exercises, read


def about(path: Path):
    """Give what is known of a lesson: its wrong answers, and what its outputs must show."""
    return import_module(f"lessons.lesson_{path.stem.partition('_')[0]}")


@dataclass(frozen=True)
class Executed:
    """A notebook that ran from top to bottom, and by exercise the cells with answers that were put below it."""

    notebook: nbformat.NotebookNode
    answers: dict[str, list[nbformat.NotebookNode]]
    failure: CellExecutionError | None

    def check(self) -> Executed:
        """Raise what stopped it, if anything did."""
        if self.failure:
            raise self.failure
        return self

    def as_it_stands(self) -> nbformat.NotebookNode:
        """Give it as a reader saves it who has answered nothing."""
        added = {cell.id for cells in self.answers.values() for cell in cells}
        cells = [cell for cell in self.notebook.cells if cell.id not in added]
        return nbformat.NotebookNode({**self.notebook, "cells": cells})


@cache
def executed(path: Path, progress: Path) -> Executed:
    """Run a notebook; what fails in it is raised for each who asks, and not run again."""
    notebook = read(path)
    answers = _with_answers(notebook, about(path).WRONG)
    failure = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HYDRO_NB_PROGRESS", str(progress / path.stem))
        try:
            _run(notebook)
        except CellExecutionError as error:
            failure = error
    return Executed(notebook, answers, failure)


def _run(notebook: nbformat.NotebookNode, starts: int = 3) -> None:
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(FOLDER)}})
    try:
        client.execute()
    except DeadKernelError:
        raise
    except RuntimeError:  # another process took a port of the kernel before the kernel did, so it never answers
        if starts == 1:
            raise
        _run(notebook, starts - 1)


def _with_answers(notebook: nbformat.NotebookNode, wrong) -> dict[str, list[nbformat.NotebookNode]]:
    """Put answers below each exercise: the wrong ones, then the solution."""
    added = {}
    for asked in exercises(notebook):
        codes = [f"{code}\n{asked.call}" for code, _ in wrong[asked.name]] + [asked.solution]
        added[asked.cell.id] = [nbformat.v4.new_code_cell(code) for code in codes]
    notebook.cells = [cell for asked in notebook.cells for cell in (asked, *added.get(asked.id, []))]
    return added
