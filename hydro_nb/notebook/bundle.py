"""The page's code as one small text: a notebook that keeps the state of its widgets keeps it once for each of them.

What is packed is unpacked and loaded once per page, however many widgets it has.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LOADER = """const text = async (packed) => {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
};
const load = async () => {
  const [script, style] = await Promise.all([text("$SCRIPT"), text("$STYLE")]);
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  try {
    return { widget: (await import(url)).default, style };
  } finally {
    URL.revokeObjectURL(url);
  }
};
const key = Symbol.for("hydro_nb $VERSION");
export default {
  async render({ model, el, signal }) {
    const { widget, style } = await (globalThis[key] ??= load());
    if (signal?.aborted) return;
    el.append(Object.assign(document.createElement("style"), { textContent: style }));
    return widget.render({ model, el, signal });
  },
};
"""


def packed(script: Path, style: Path) -> str:
    """Pack a module and its style sheet into a module that does the same as the first.

    >>> from hydro_nb.notebook.widget import STATIC
    >>> len(packed(STATIC / "widget.js", STATIC / "widget.css")) < 40_000
    True
    """
    code, sheet = script.read_bytes(), style.read_bytes()
    version = hashlib.sha256(code + sheet).hexdigest()[:12]
    parts = {"$SCRIPT": _packed(code), "$STYLE": _packed(sheet), "$VERSION": version}
    text = LOADER
    for name, part in parts.items():
        text = text.replace(name, part, 1)
    return text


def packed_json(data: Mapping[str, Any], _: object = None) -> dict[str, str]:
    """Pack plain data that a page unpacks, as every widget's state keeps it.

    >>> len(packed_json({"svg": "<path/>" * 100})["packed"]) < 100
    True
    """
    return {"packed": _packed(json.dumps(data).encode())}


def _packed(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()
