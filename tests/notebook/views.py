"""Every view of the dashboard on the recordings of js/demo, and the steps that lead there."""

from demo_page import tab
from playwright.sync_api import expect

ACT = "([call, processes, given]) => window.played.model.act({ call, processes, ...given })"
SET = "([name, value]) => window.played.model.set(name, value)"
STATUS = "phase => { const { model } = window.played; model.set('status', { ...model.get('status'), phase }); }"
SKIPPED = {"count": 41, "newest": [{"process": "Parser", "element": "'0x1F'", "error": "ValueError: invalid literal"}]}
REFUSED = {
    "call": "heal",
    "processes": ["Till", "Store/0"],
    "busy": False,
    "error": "`Till` and `Store/0` were cut for 3 s: these channels have ended for good. Restart one of the two.",
}


def strike(page):
    """Let a link be cut, another slow, a process paused, one killed, and a call refused."""
    for call, processes, given in (
        ("cut", ["Till", "Store/0"], {}),
        ("delay", ["Store", "Clerk"], {"seconds": 0.25}),
        ("drop", ["Till", "Store"], {"rate": 0.4}),
        ("pause", ["Clerk"], {}),
        ("kill", ["Store/1"], {}),
    ):
        page.evaluate(ACT, [call, processes, given])
    page.evaluate(SET, ["acts", [REFUSED]])
    expect(page.locator(".stage .mark").first).to_be_visible()


def processes(page):
    """Break things on purpose, and look at the list."""
    strike(page)
    pane = tab(page, "processes")
    expect(pane.locator(".in-force .fault").first).to_be_visible()


def asking(page):
    """Let buttons ask for what they need."""
    pane = tab(page, "processes")
    pane.get_by_role("button", name="Restart Till").click()
    pane.get_by_role("button", name="Delay: Store to Clerk").click()
    expect(pane.locator(".ask:visible")).to_have_count(2)


def selected(page):
    """Choose an operator inside a process."""
    page.locator(".stage .node.transform").first.click()
    expect(page.locator(".stream[aria-selected=true]")).to_contain_text("flat_map_ordered")


def value(page):
    """Watch a live value with its history."""
    page.locator(".stream.value").first.click()
    expect(page.locator(".plot polyline")).to_be_visible()


def logs(page):
    """Read what was printed."""
    expect(tab(page, "logs").locator(".line").first).to_be_visible()


def filtered(page):
    """Filter until nothing is left."""
    pane = tab(page, "logs")
    pane.get_by_role("searchbox").fill("nothing has this")
    expect(pane.locator(".empty")).to_have_text("No line passes the filter.")


def problems(page):
    """Look at what failed, and at what was skipped."""
    pane = tab(page, "problems")
    page.evaluate(SET, ["skipped", {"main.map.0": SKIPPED}])
    expect(pane.locator(".problem .source").first).to_be_visible()


def none(page):
    """Look for problems where there are none."""
    expect(tab(page, "problems").locator(".empty")).to_contain_text("No problems")


def code(page):
    """Read the generated code."""
    expect(tab(page, "code").locator(".code-line").first).to_be_visible()


def send(page):
    """Send something from outside."""
    field = tab(page, "send").get_by_label("orders")
    field.fill('["ada", 3]')
    field.press("Enter")
    expect(page.locator(".sent code")).to_have_text(['["ada", 3]'])


def table(page):
    """Read the graph as a table."""
    page.get_by_label("Show as a table").click()
    expect(page.get_by_role("region", name="Graph as a table")).to_be_visible()


def menu(page):
    """Open the menu of what can be saved."""
    page.get_by_role("button", name="Save the picture").click()
    expect(page.locator(".menu button").first).to_be_focused()


def settings(page):
    """Set what holds for all dashboards."""
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()


def legend(page):
    """Read what shapes and lines mean."""
    page.get_by_label("Legend").click()
    expect(page.locator(".hydro .legend")).to_be_visible()


def tip(page):
    """Point at an operator."""
    page.locator(".stage .node.source").first.hover()
    expect(page.locator(".tip")).to_be_visible()


def closed(page):
    """Close all boxes."""
    page.get_by_label("Close all boxes").click()
    expect(page.locator(".stage .node.closed").first).to_be_visible()


def by_code(page):
    """Group by what built the operators."""
    page.get_by_label("Group by").select_option("code")
    expect(page.locator(".stage .cluster.code").first).to_be_visible()


def found(page):
    """Search, and let what leads to an operator stand out."""
    page.get_by_label("Find operators").fill("round_robin")
    page.get_by_label("Find operators").press("Enter")
    expect(page.locator(".stage .node.far").first).to_be_attached()


def starting(page):
    """Look while processes are being started."""
    page.evaluate(STATUS, "bound")
    expect(page.locator("header .word")).to_contain_text("starting")


def ended(page):
    """Look at what has stopped."""
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("header .word")).to_have_text("stopped")


VIEWS = {
    "streams": ("shop", None),
    "value": ("shop", value),
    "operator": ("wordcount", selected),
    "logs": ("wordcount", logs),
    "filtered": ("wordcount", filtered),
    "asking": ("shop", asking),
    "processes": ("shop", processes),
    "problems": ("parse", problems),
    "no_problems": ("wordcount", none),
    "code": ("wordcount", code),
    "send": ("shop", send),
    "found": ("shop", found),
    "by_code": ("wordcount", by_code),
    "closed": ("shop", closed),
    "tip": ("wordcount", tip),
    "table": ("shop", table),
    "settings": ("wordcount", settings),
    "menu": ("wordcount", menu),
    "legend": ("wordcount", legend),
    "starting": ("wordcount", starting),
    "stopped": ("wordcount", ended),
}
"""By name: the recording, and what leads to the view, in an order in which one page can show all of a recording."""

FRAMES = {"shop": 12, "wordcount": 24, "parse": None}
"""How much of a recording is played: what runs is shown running."""


def walk(show, recording, names=VIEWS, **options):
    """Go through views of one recording in one page; iterates over their names, with the page on each."""
    page = show(recording, frames=FRAMES[recording], **options)
    for name in names:
        there, steps = VIEWS[name]
        if there != recording:
            continue
        if steps:
            steps(page)
        yield name, page
