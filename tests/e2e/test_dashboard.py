"""A flow built in cells, deployed and watched in real JupyterLab."""

from __future__ import annotations

import pytest
from lives import wait_gone
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

IMPORT = "import hydro_nb"
BUILD = """%%hydro
class Leader: ...
leader = process(Leader)
numbers = leader.source_iter([1, 2, 3, 4])"""
DEPLOY = """%%hydro --deploy
process2 = process()
numbers.send_bincode(process2).map(lambda n: n * 10).for_each(print)"""
ENDLESS = """%%hydro --deploy
class Clock: ...
class Screen: ...
beats = process(Clock).source_interval(0.02).enumerate().map(lambda pair: pair[0])
beats.send_bincode(process(Screen)).for_each(print)"""
BUSY = "while True: pass"
BRIGHTNESS = """(root, property) => {
    const [r, g, b] = getComputedStyle(root)[property].match(/[\\d.]+/g).map(Number);
    return 0.299 * r + 0.587 * g + 0.114 * b;
}"""


def test_three_cells_build_a_flow_that_is_seen_to_run(open_notebook, pictures):
    notebook = open_notebook([IMPORT, BUILD, DEPLOY])
    notebook.run_all()
    dashboard = notebook.dashboard()
    dashboard.wait_for_phase("settled")
    expect(dashboard.containers).to_have_count(2)
    expect(dashboard.containers.filter(has_text="Leader")).to_have_count(1)
    expect(dashboard.numbers.filter(has_text="4")).to_have_count(2)
    expect(dashboard.root.locator(".sample code")).to_have_text(["4", "3", "2", "1"])
    lines = dashboard.tab("logs").locator(".line")
    expect(lines.locator(".tag")).to_have_text(["process 1"] * 4)
    expect(lines.locator(".text")).to_have_text(["10", "20", "30", "40"])
    notebook.page.screenshot(path=pictures / "three_cells.png")


def test_stop_works_while_a_cell_is_busy(open_notebook):
    notebook = open_notebook([IMPORT, ENDLESS, BUSY])
    notebook.run(0)
    notebook.run(1)
    dashboard = notebook.dashboard()
    before = dashboard.wait_for_total(20)
    pids = dashboard.pids()
    notebook.start(2)
    expect(notebook.busy(2)).to_be_visible()
    assert dashboard.wait_for_total(before + 50) > before
    dashboard.stop()
    dashboard.wait_for_phase("stopped")
    assert wait_gone(pids, 60) == []
    expect(notebook.busy(2)).to_be_visible()
    notebook.command("notebook:interrupt-kernel")
    notebook.finish(2)
    assert "KeyboardInterrupt" in notebook.text(2)


def test_a_restarted_kernel_leaves_no_process_and_the_dashboard_says_so(open_notebook):
    notebook = open_notebook([IMPORT, ENDLESS])
    notebook.run_all()
    dashboard = notebook.dashboard()
    dashboard.wait_for_total(10)
    pids = dashboard.pids()
    assert len(pids) == 2
    notebook.restart()
    assert wait_gone(pids, 60) == []
    dashboard.wait_for_phase("disconnected")
    notebook.run_all()
    notebook.dashboard().wait_for_total(10)


def test_a_page_loaded_again_shows_what_runs(open_notebook):
    notebook = open_notebook([IMPORT, ENDLESS])
    notebook.run_all()
    before = notebook.dashboard().wait_for_total(30)
    notebook.save()
    notebook.reload()
    dashboard = notebook.dashboard()
    dashboard.wait_for_phase("running")
    assert dashboard.wait_for_total(before + 30) > before
    expect(dashboard.tab("logs").locator(".line").nth(1)).to_be_visible()
    expect(notebook.page.locator("[data-hydro-static]")).to_be_hidden()


def test_a_saved_notebook_keeps_the_picture_with_the_final_counts(open_notebook, server, pictures):
    notebook = open_notebook([IMPORT, BUILD, DEPLOY])
    notebook.run_all()
    dashboard = notebook.dashboard()
    dashboard.wait_for_phase("settled")
    dashboard.stop()
    dashboard.wait_for_phase("stopped")
    expect(notebook.page.locator("[data-hydro-static] figcaption")).to_contain_text("4 items over 1 network edge")
    (still,) = [each for each in notebook.save()["cells"][2]["outputs"] if "text/html" in each.get("data", {})]
    assert ">4</text>" in "".join(still["data"]["text/html"])
    assert "stopped, 4 items over 1 network edge" in "".join(still["data"]["text/html"])
    (server.folder / "kept.ipynb").write_bytes((server.folder / notebook.path).read_bytes())
    reader = open_notebook("kept.ipynb")
    picture = reader.page.locator("[data-hydro-static] svg")
    expect(picture).to_be_visible()
    expect(reader.page.get_by_text("Error displaying widget: model not found")).to_be_visible()
    reader.page.screenshot(path=pictures / "saved.png")
    # what JupyterLab says of any widget whose kernel has gone, which is why the picture stands beside it
    reader.forgive("widget model not found")


def test_a_picture_is_kept_also_of_a_flow_that_was_not_stopped(open_notebook):
    notebook = open_notebook([IMPORT, BUILD, DEPLOY])
    notebook.run_all()
    notebook.dashboard().wait_for_phase("settled")
    caption = notebook.page.locator("[data-hydro-static] figcaption")
    expect(caption).to_contain_text("settled, 4 items over 1 network edge")


def test_a_killed_process_is_shown_and_the_others_go_on(open_notebook, pictures):
    other = "\nclass Other: ...\nbeats.send_bincode(process(Other)).for_each(lambda n: None)"
    notebook = open_notebook([IMPORT, ENDLESS + other])
    notebook.run_all()
    dashboard = notebook.dashboard()
    dashboard.wait_for_total(10)
    rows = dashboard.tab("processes").locator("tbody tr")
    rows.filter(has_text="Screen").get_by_role("button", name="Kill").click()
    expect(rows.filter(has_text="Screen").locator(".word")).to_have_text("killed")
    expect(rows.filter(has_text="Clock").locator(".word")).to_have_text("running")
    expect(rows.filter(has_text="Other").locator(".word")).to_have_text("running")
    at_death = dashboard.wait_for_total(1)
    dashboard.wait_for_total(at_death + 100)
    to_screen = dashboard.root.locator(".stream", has_text="Clock → Screen").locator(".count b")
    assert int("".join(filter(str.isdigit, to_screen.inner_text()))) < at_death + 100
    notebook.page.screenshot(path=pictures / "killed.png")


def test_a_function_that_raises_is_shown_with_its_element_and_line(open_notebook, pictures):
    divide = DEPLOY.replace("n * 10", "12 // (n - 3)")
    notebook = open_notebook([IMPORT, BUILD, divide])
    notebook.run_all()
    dashboard = notebook.dashboard()
    dashboard.wait_for_phase("failed")
    problem = dashboard.tab("problems").locator(".problem")
    expect(problem.locator(".what b")).to_contain_text("ZeroDivisionError")
    expect(problem.locator(".element code")).to_have_text("3")
    expect(problem.locator(".place")).to_have_text("In[3], line 3")
    expect(problem.locator(".source")).to_contain_text("numbers.send_bincode(process2).map(lambda n: 12 // (n - 3))")
    expect(dashboard.root.locator("g.node.failed")).to_contain_text("map")
    notebook.page.screenshot(path=pictures / "problem.png")


def test_counts_of_a_fast_flow_are_exact_when_it_has_settled(open_notebook):
    count = 200_000
    fast = f"""%%hydro --deploy
a, b = process(), process()
a.source_iter(lambda: range({count})).send(b).map(str).for_each(lambda text: print(text) if len(text) > 4 else None)"""
    notebook = open_notebook([IMPORT, fast])
    notebook.run_all()
    dashboard = notebook.dashboard()
    dashboard.wait_for_phase("settled")
    shown = f"{count:,}".replace(",", "\u202f")
    expect(dashboard.root.locator(".stream .count b")).to_have_text([shown, shown])
    logs = dashboard.tab("logs")
    expect(logs.locator(".line .text").last).to_have_text(str(count - 1))
    # all but the numbers of four digits and fewer, most of which no page was sent
    expect(logs.locator(".log-status")).to_contain_text("190\u202f000 lines, ")


def test_keys_and_wheel_belong_to_whom_they_should(open_notebook):
    notebook = open_notebook([IMPORT, ENDLESS, "deployment"], height=700)
    notebook.run_all()
    first, second = notebook.dashboard(0), notebook.dashboard(1)
    second.wait_for_total(first.wait_for_total(20))
    first.tab("logs").get_by_role("searchbox").fill("")
    first.root.locator(".frame").focus()
    notebook.page.keyboard.press("b")
    first.tab("logs").get_by_role("searchbox").press_sequentially("dd")
    expect(notebook.page.locator(".jp-Notebook .jp-Cell")).to_have_count(3)
    second.stop()
    first.wait_for_phase("stopped")
    frame = first.root.locator(".frame")
    frame.scroll_into_view_if_needed()
    top = first.root.bounding_box()["y"]
    frame.hover()
    notebook.page.mouse.wheel(0, 120)
    notebook.page.wait_for_function(
        "([root, top]) => root.getBoundingClientRect().y < top", arg=[first.root.element_handle(), top]
    )


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_colours_follow_the_page(open_notebook, pictures, theme):
    notebook = open_notebook([IMPORT, BUILD, DEPLOY.replace("n * 10", "12 // (n - 3)")])
    notebook.theme(theme)
    notebook.run_all()
    dashboard = notebook.dashboard()
    dashboard.wait_for_phase("failed")
    dashboard.tab("problems")
    notebook.page.screenshot(path=pictures / f"{theme.lower().replace(' ', '_')}.png")
    page, ink = (dashboard.root.evaluate(BRIGHTNESS, each) for each in ("backgroundColor", "color"))
    assert (page > ink) is (theme == "JupyterLab Light")
    assert abs(page - ink) > 120
    notebook.theme("JupyterLab Light")


@pytest.mark.parametrize("width", [1400, 760, 480])
def test_everything_fits_into_a_narrow_page(open_notebook, pictures, width):
    notebook = open_notebook([IMPORT, ENDLESS], width=width)
    notebook.fold_side_bar()
    notebook.run_all()
    dashboard = notebook.dashboard()
    dashboard.wait_for_total(20)
    for name in ("streams", "logs", "processes", "problems"):
        dashboard.tab(name)
        notebook.page.screenshot(path=pictures / f"width_{width}_{name}.png")
        assert dashboard.root.evaluate("root => root.scrollWidth <= root.clientWidth")
        expect(dashboard.root.locator("header button.stop")).to_be_in_viewport()
