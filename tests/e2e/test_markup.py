"""What users and their data write is shown as text, wherever it is shown, and a port's token nowhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

MARK = "owned()"
WRITTEN = f"<img src=x onerror={MARK}><script>{MARK}</script>"
TOKEN = "not-to-be-shown-77"
BUILD = f"""import hydro_nb
from hydro_nb import FlowBuilder
written = {WRITTEN!r}
secret = "-".join(["not", "to", "be", "shown", "77"])
flow = FlowBuilder(written)
source = flow.process(type(written, (), {{}}))
other = flow.process(type(written[::-1], (), {{}}))
port, lines, members, replies = source.bidi_external_many_bytes(flow.external(), token=secret)
replies.send(lines)
named = source.source_iter([written, {{written: [written]}}]).ir_node_named(written)
named.send(other).inspect(print).for_each(lambda each: 1 / (isinstance(each, str) + 0) if len(each) == 1 else None)
deployment = flow.deploy()
deployment.connect(port).send(written)
deployment"""


def test_what_is_written_stays_text(open_notebook, pictures):
    notebook = open_notebook([BUILD])
    notebook.page.evaluate("() => { window.owned = () => { window.wasOwned = true; }; }")
    notebook.run_all()
    dashboard = notebook.dashboard()
    dashboard.wait_for_phase("failed")
    for name in ("streams", "logs", "processes", "problems"):
        expect(dashboard.tab(name)).to_contain_text("<img src=x onerror=owned()>")
        notebook.page.screenshot(path=pictures / f"markup_{name}.png")
    expect(dashboard.root.locator(".stage")).to_contain_text("<img src=x")
    for node in dashboard.root.locator(".stage g.node").all():
        node.hover(force=True)
    assert notebook.page.locator(".jp-OutputArea script, .jp-OutputArea img[src=x]").count() == 0
    assert notebook.page.evaluate("() => window.wasOwned === undefined")
    dashboard.stop()
    saved = notebook.save()
    assert TOKEN not in str(saved)
    # the picture that is kept for readers without a kernel
    (still,) = [each["data"] for each in saved["cells"][0]["outputs"] if "text/html" in each.get("data", {})]
    page = "".join(still["text/html"])
    assert "onerror=owned()" in page
    assert "<img" not in page
    assert "<script" not in page
