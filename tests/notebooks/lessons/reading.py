"""Reading a notebook: what its cells show, its exercises, and their solutions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

FOLDER = Path(__file__).parents[3] / "notebooks"
SOLUTION = re.compile(r"<details>\n<summary>Solution</summary>\n\n```python\n(.*?)\n```\n.*</details>", re.DOTALL)


def read(path: Path):
    return nbformat.read(path, as_version=4)


def shown(cell) -> str:
    """Give what a cell shows as text; what it prints may come in several pieces."""
    texts = [output.get("text") or _value(output) + "\n" for output in cell.outputs]
    return "".join(texts).removesuffix("\n" if cell.outputs and "text" not in cell.outputs[-1] else "")


def _value(output) -> str:
    return output.get("data", {}).get("text/plain", "")


def longest(cell) -> int:
    """Give how many lines of text a cell leaves on the page; what has a picture is shown as that."""
    pictured = {"text/html", "image/svg+xml", "application/vnd.jupyter.widget-view+json"}
    plain = [
        output.get("text") or _value(output) for output in cell.outputs if not pictured & {*output.get("data", {})}
    ]
    return "".join(plain).count("\n") + 1


@dataclass(frozen=True)
class Asked:
    """An exercise as it stands in a notebook: its cell, and the folded solution that may replace what is in it."""

    name: str
    cell: nbformat.NotebookNode
    solution: str

    @property
    def call(self) -> str:
        """The last line: how the exercise is checked."""
        return self.cell.source.split("\n")[-1]


def exercises(notebook) -> list[Asked]:
    """Give the exercises of a notebook: cells named `exercise-02-3`, each followed by `solution-02-3`."""
    cells = {cell.id: cell for cell in notebook.cells}
    names = [ident.removeprefix("exercise-") for ident in cells if ident.startswith("exercise-")]
    return [Asked(name.replace("-", "."), cells[f"exercise-{name}"], _solution(cells, name)) for name in names]


def _solution(cells, name: str) -> str:
    found = SOLUTION.fullmatch(cells[f"solution-{name}"].source)
    assert found, f"solution-{name}: it is <details>, <summary>Solution</summary>, an empty line, ```python ... ```"
    return found[1]
