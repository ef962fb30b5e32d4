"""The page of the course as it is when it is opened: how far the reader is, before any cell has run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hydro_nb.course.overview import progress

FILE = "00_index.ipynb"
_CELL = "progress"


def bring_up_to_date(notebook: Path) -> None:
    """Write what `progress()` shows into the cell that calls it; a page that has no such cell stays as it is."""
    page: Any = json.loads(notebook.read_text(encoding="utf-8"))
    shown = progress()
    data = {"text/html": shown._repr_html_(), "text/plain": repr(shown)}  # pyright: ignore[reportPrivateUsage] - as Jupyter does
    for cell in page["cells"]:
        if cell.get("id") == _CELL and cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]
            cell["execution_count"] = None
    notebook.write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
