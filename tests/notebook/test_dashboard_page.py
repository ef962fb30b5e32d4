"""The built widget in a bare page, on recorded events: what a person sees and can do, without a notebook."""

import re
from pathlib import Path

import pytest
from demo_page import PAINTED, tab
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LINES = """lines => {
    const buffer = new DataView(new TextEncoder().encode(lines.join("\\n")).buffer);
    const { model } = window.played;
    model.emit("msg:custom", model.message("tick", {}, lines), [buffer]);
}"""

BOXES = """[...document.querySelectorAll(
    ".hydro header > *, .graph, .side, .tabs button, .stream-list .stream, .stage .node"
)].map(element => {
    const { x, y } = element.getBoundingClientRect();
    return [element.className.baseVal ?? element.className, x, y];
})"""


def sent(page):
    return page.evaluate("window.played.model.sent.map(each => each.kind)")


def contrast(page, selector):
    """Give the contrast of a text against the background of the dashboard, by WCAG's formula."""
    return page.locator(selector).first.evaluate(
        """element => {
            const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
            const luminance = colour => {
                canvas.fillStyle = colour;
                canvas.fillRect(0, 0, 1, 1);
                const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(c => c / 255)
                    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
            };
            const shown = getComputedStyle(element);
            const ink = luminance(element instanceof SVGElement ? shown.fill : shown.color);
            const paper = luminance(getComputedStyle(element.closest(".hydro")).backgroundColor);
            return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        }"""
    )


def test_a_running_deployment_shows_everything_at_once(show):
    page = show(frames=24)
    expect(page.locator("header .name")).to_have_text("wordcount")
    expect(page.locator("header .word")).to_have_text("running")
    expect(page.locator(".stage .cluster.place text")).to_have_text(["Reader", "Splitter", "Ranker"])
    expect(page.locator(".stage .number").first).not_to_have_text("")
    expect(page.locator(".stream-list .stream")).to_have_count(4)
    expect(page.locator(".shown")).to_contain_text(" shown")
    expect(page.locator(".sample").first).to_be_visible()
    assert page.locator(".tabs [role=tab]").all_inner_texts() == ["Streams", "Logs", "Processes", "Problems", "Code"]


def test_stop_and_kill_reach_the_kernel(show):
    page = show(frames=24)
    tab(page, "processes").get_by_role("button", name="Kill Splitter").click()
    expect(page.locator("tr[data-phase=killed] .who b")).to_have_text("Splitter")
    expect(page.locator(".cluster.failed text").first).to_have_text("Splitter")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("header .word")).to_have_text("stopped")
    expect(page.locator("header .stop")).to_be_hidden()
    assert [kind for kind in sent(page) if kind not in ("hello", "ack", "asset")] == ["act", "stop"]


@pytest.mark.parametrize("width", [600, 920, 1280])
def test_kill_is_in_view_beside_the_name_and_the_reason_under_the_row(show, width):
    page = show(frames=24, width=width)
    pane = tab(page, "processes")
    room, name = pane.bounding_box(), pane.locator("tr", has_text="Splitter").locator(".who b").bounding_box()
    button = pane.get_by_role("button", name="Kill Splitter")
    box = button.bounding_box()
    assert room["x"] <= name["x"] < name["x"] + name["width"] <= box["x"]
    assert box["x"] + box["width"] <= room["x"] + room["width"]
    expect(pane.locator(".why:visible")).to_have_count(0)
    button.click()
    reason = pane.locator(".why:visible .reason")
    expect(reason).to_have_text("was killed (SIGKILL)")
    assert reason.bounding_box()["y"] >= name["y"] + name["height"]


def test_a_problem_shows_operator_element_line_and_caret(show):
    page = show("parse")
    expect(page.locator("[data-tab=problems] .badge")).to_have_text("1")
    problem = tab(page, "problems").locator(".problem")
    expect(problem.locator(".what b")).to_contain_text("invalid literal for int()")
    expect(problem.locator(".element code")).to_have_text("'0x1F'")
    source = problem.locator(".source").text_content()
    line, carets = source.split("\n")
    assert line[carets.index("^") :].startswith("map(")
    expect(page.locator(".stage .node.failed text").first).to_have_text("map")
    problem.locator(".op").click()
    expect(page.locator(".pane.streams")).to_be_visible()


def test_pointing_at_an_operator_shows_the_users_line(show):
    page = show()
    page.locator(".stage .node.source").hover()
    expect(page.locator(".tip")).to_be_visible()
    expect(page.locator(".tip .source")).to_contain_text("reader.source_iter(files)")
    page.locator("header").hover()
    expect(page.locator(".tip")).to_be_hidden()


def test_a_click_on_an_operator_or_an_edge_shows_its_stream(show):
    page = show()
    page.locator(".stage .node.sink").click()
    expect(page.locator(".stream[aria-selected=true] b").first).to_have_text("for_each")
    page.locator(".stage .node.nondeterministic").click()
    expect(page.locator(".streams .empty")).to_contain_text("while it runs and somebody looks")
    expect(page.locator(".stage .node.selected")).to_have_count(1)


def test_what_was_discarded_is_shown_at_the_stream_and_on_its_edge(show):
    page = show()
    slot = page.locator(".stream-list .stream").first.get_attribute("data-slot")
    tab(page, "streams")
    expect(page.locator(".stream .lost").first).to_be_hidden()
    page.evaluate("slot => window.played.model.set('discarded', { [slot]: 12 })", slot)
    expect(page.locator(".stream .lost").first).to_have_text("12 discarded: Splitter has gone")
    for shape in (f'.node[data-slot="{slot}"]', f'.edge[data-slot*="->{slot}:"] path'):
        page.locator(f".stage {shape}").first.dispatch_event("pointermove", {"clientX": 200, "clientY": 200})
        expect(page.locator(".tip .lost")).to_have_text("12 discarded: Splitter has gone")
        page.locator(".frame").dispatch_event("pointerleave")
        expect(page.locator(".tip")).to_be_hidden()


def test_the_picture_zooms_by_buttons_keys_and_ctrl_wheel_only(show):
    page = show()
    stage = page.locator(".stage")
    before = stage.get_attribute("style")
    page.locator(".frame").hover()
    page.mouse.wheel(0, -300)
    assert stage.get_attribute("style") == before
    page.get_by_role("button", name="Zoom in").click()
    closer = stage.get_attribute("style")
    assert closer != before
    page.keyboard.down("Control")
    page.locator(".frame").hover()
    page.mouse.wheel(0, 200)
    page.keyboard.up("Control")
    expect(stage).not_to_have_attribute("style", closer)
    page.locator(".frame").focus()
    page.keyboard.press("0")
    expect(stage).to_have_attribute("style", before)
    page.keyboard.press("ArrowDown")
    expect(stage).not_to_have_attribute("style", before)


def test_the_whole_dashboard_works_from_the_keyboard(show):
    page = show()
    page.locator(".frame").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".stage .node.source")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".stage .node.network").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".stream[aria-selected=true] small").first).to_have_text("text (send_bincode)")
    page.keyboard.press("Escape")
    expect(page.locator(".frame")).to_be_focused()
    page.locator("[data-tab=streams]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pane.logs")).to_be_visible()
    expect(page.locator("[data-tab=logs]")).to_be_focused()
    assert page.locator(".hydro").get_attribute("data-lm-suppress-shortcuts") == "true"


def test_logs_are_tagged_filtered_and_follow_until_scrolled(show):
    page = show()
    pane = tab(page, "logs")
    expect(pane.locator(".line .tag").first).to_have_text("Ranker")
    page.evaluate(LINES, [f"{n % 3}\t{'e' if n % 3 == 0 else 'o'}\tinfo\t1\tline {n}" for n in range(3000)])
    expect(pane.locator(".line .text").last).to_have_text("line 2999")
    pane.get_by_label("Process").select_option("Splitter")
    expect(pane.locator(".line .tag").last).to_have_text("Splitter")
    pane.get_by_label("Process").select_option("")
    pane.get_by_label("Level").select_option("stderr")
    expect(pane.locator(".line .tag").last).to_have_text("Reader stderr")
    pane.get_by_label("Level").select_option("")
    pane.get_by_label("Filter text").fill("LINE 29")
    expect(pane.locator(".log-status")).to_contain_text("matching")
    expect(pane.locator(".line .text").last).to_have_text("line 2999")
    pane.get_by_label("Filter text").fill("")
    pane.locator(".log").evaluate("log => { log.scrollTop = 100; }")
    page.evaluate(LINES, ["0\to\tinfo\t1\tlate"])
    expect(pane.locator(".more")).to_contain_text("new line")
    pane.locator(".more").click()
    expect(pane.locator(".line .text").last).to_have_text("late")


def test_forty_letters_fit_on_a_line_of_the_log(show):
    page = show(width=880, height=700)
    pane = tab(page, "logs")
    page.evaluate(LINES, [f"{n % 3}\to\tinfo\t1\t{'m' * 40}" for n in range(300)])
    expect(pane.locator(".line .text").last).to_have_text("m" * 40)
    # the panes take their widths when the page is laid out, which may be after the lines have come
    page.wait_for_function("() => [...document.querySelectorAll('.line')].every(line => line.offsetHeight === 18)")


def test_two_hundred_thousand_lines_do_not_freeze_the_page(show):
    page = show()
    tab(page, "logs")
    page.evaluate(
        f"""() => {{
            const lines = Array.from({{ length: 20000 }}, (_, n) => "0\\to\\tinfo\\t1\\tline " + n);
            for (let i = 0; i < 10; i++) ({LINES})(lines);
        }}"""
    )
    expect(page.locator(".line .text").last).to_have_text("line 19999")
    assert page.locator(".line").count() <= 250


def test_what_users_write_stays_text(show):
    page = show()
    pane = tab(page, "logs")
    page.evaluate(LINES, ["0\to\tinfo\t1\t<img src=x onerror=alert(1)><script>alert(1)</script>"])
    expect(pane.locator(".line .text").last).to_contain_text("<img src=x")
    assert page.locator(".hydro img, .hydro script").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_in_both_themes(show, theme):
    page = show("parse", theme=theme)
    assert page.locator(".hydro").evaluate("root => root.style.colorScheme") == theme
    tab(page, "problems")
    for selector in (".name", ".tabs button", ".problem .what b", ".problem .source", ".stage .node.transform text"):
        assert contrast(page, selector) >= 4.5, selector
    for selector in ("header .elapsed", ".stage .node text:not([font-weight])"):
        assert contrast(page, selector) >= 3, selector


def test_the_theme_follows_its_host_while_it_is_shown(show):
    page = show()
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    expect(page.locator(".hydro")).to_have_attribute("style", "color-scheme: dark;")


def test_a_narrow_page_puts_the_panes_below_and_cuts_nothing_off(show):
    page = show(width=600, height=900)
    graph, side = page.locator(".graph").bounding_box(), page.locator(".side").bounding_box()
    assert side["y"] >= graph["y"] + graph["height"] - 1
    for name in ("streams", "logs", "processes", "problems", "code"):
        tab(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 600
        assert page.locator(".hydro").evaluate("root => root.scrollWidth - root.clientWidth") <= 1


def test_nothing_jumps_when_data_arrives(show):
    page = show(frames=4)
    before = page.evaluate(BOXES)
    page.evaluate(
        "for (const frame of window.played.model.recording.frames.slice(4, 20)) window.played.model.play(frame)"
    )
    expect(page.locator(".stream-list .stream .count b").first).not_to_have_text("0")
    page.evaluate(PAINTED)
    assert page.evaluate(BOXES) == before


def test_dashes_move_only_where_something_flows_and_motion_is_wanted(show):
    moving = """[...document.querySelectorAll(".flow path")].filter(path => path.getAnimations().length)
        .flatMap(path => path.getAttribute("d").match(/M/g)).length"""
    on = "window.played.model.play(window.played.model.recording.frames[24])"
    page = show(frames=24)
    page.evaluate(on)
    expect(page.locator(".edge.active").first).to_be_attached()
    page.evaluate(PAINTED)
    assert page.evaluate(moving) == page.locator(".edge.active").count()
    calm = show(frames=24, reduced_motion="reduce")
    calm.evaluate(on)
    expect(calm.locator(".flow path").first).to_be_attached()
    assert calm.evaluate(moving) == 0
    ended = show()
    assert ended.locator(".edge.active, .flow path").count() == 0


def test_an_edge_into_a_dead_process_is_drawn_broken_and_does_not_move(show):
    page = show(frames=24)
    page.evaluate("window.played.model.play(window.played.model.recording.frames[24])")
    expect(page.locator(".edge.broken")).to_have_count(0)
    page.evaluate("window.played.model.kill('Splitter')")
    expect(page.locator(".edge.broken")).to_have_count(1)
    expect(page.locator(".edge.broken.active")).to_have_count(0)
    expect(page.locator(".stream-list .stream").first.locator(".count small")).to_have_text("0/s")


def test_boxes_close_and_open_by_pointer_and_key(show):
    page = show(frames=24)
    page.get_by_label("Close all boxes").click()
    closed = page.locator(".stage .node.closed")
    expect(closed.locator("text:first-of-type")).to_have_text(["Reader", "Splitter", "Ranker"])
    expect(closed.locator(".number").nth(1)).to_contain_text("M")
    closed.nth(0).click()
    asked = page.evaluate("window.played.model.sent.findLast(each => each.kind === 'draw').closed")
    assert len(asked) == 2
    page.get_by_label("Open all boxes").click()
    expect(closed).to_have_count(0)
    page.get_by_label("Close Splitter").click()
    expect(closed.locator("text:first-of-type")).to_have_text(["Splitter"])
    page.get_by_label("Group by").select_option("code")
    expect(page.locator(".stage .cluster.code text").first).to_have_text("record.py")


def test_operators_are_found_and_what_leads_to_them_stands_out(show):
    page = show(frames=24)
    find = page.get_by_label("Find operators")
    find.fill("for_each")
    expect(page.locator(".hits")).to_have_text("1")
    expect(page.locator(".stage .node.found")).to_have_count(1)
    find.press("Enter")
    expect(page.locator(".stream[aria-selected=true] b").first).to_have_text("for_each")
    expect(page.locator(".node.far")).to_have_count(0)
    find.fill("nothing like it")
    expect(page.locator(".hits")).to_have_text("none")
    find.press("Escape")
    expect(find).to_have_value("")


def test_the_graph_is_a_table_too(show):
    page = show(frames=24)
    page.get_by_label("Show as a table").click()
    table = page.get_by_role("region", name="Graph as a table")
    row = table.locator("tr", has_text="for_each")
    expect(row.locator(".where")).to_have_text("Ranker")
    expect(row.locator(".from")).to_have_text("send_bincode")
    expect(row.locator(".items")).not_to_have_text("")
    row.get_by_role("button").click()
    expect(page.locator(".stream[aria-selected=true] b").first).to_have_text("for_each")


def test_pictures_are_saved_as_files(show):
    page = show(frames=24)
    for form, start in (("svg", b"<svg"), ("png", b"\x89PNG"), ("dot", b"digraph"), ("mermaid", b"flowchart")):
        page.get_by_role("button", name="Save the picture").click()
        with page.expect_download() as given:
            page.locator(f"[data-form={form}]").click()
        data = Path(given.value.path()).read_bytes()
        assert data.startswith(start)
        assert form != "svg" or (b"var(" not in data and b"light-dark" not in data)


def test_code_leads_to_the_users_lines(show):
    page = show()
    pane = tab(page, "code")
    pane.get_by_label("Location").select_option("Splitter")
    line = pane.locator(".code-line", has_text="re.findall").last
    expect(line.locator(".word").first).to_be_visible()
    link = pane.locator(".from").filter(has_text="record.py").first
    expect(link).to_be_visible()
    link.click()
    expect(pane.locator(".hint")).to_contain_text("This line is in record.py, line ")
    expect(page.locator(".stage .node.selected")).to_have_count(1)


# a cell as JupyterLab and Notebook show it: its number beside its lines
CELL = """number => {
    const cell = Object.assign(document.createElement("div"), { className: "jp-CodeCell" });
    const lines = ["%%hydro", "words", "counts"].map(line => `<div class="cm-line">${line}</div>`).join("");
    cell.innerHTML = `<div class="jp-InputPrompt">[${number}]:</div><div class="jp-InputArea-editor">${lines}</div>`;
    document.body.append(cell);
}"""
MOVED = """() => {
    const { model } = window.played;
    const moved = each => ({ ...each, site: { ...each.site, cell: "In[4]", line: 2 } });
    model.set("problems", model.get("problems").map(moved));
}"""
FLASHING = """() => document.getAnimations().filter(each => each.id === "hydro-flash")
    .map(each => each.effect.target.textContent)"""


def test_lines_of_problems_and_of_code_lead_to_their_cells(show):
    page = show("parse")
    pane = tab(page, "problems")
    place = pane.locator(".place").first
    page.evaluate(MOVED)
    expect(place).to_have_text("In[4], line 2")
    place.click()
    expect(place).to_have_attribute("title", re.compile("^This is line 2 of In.4., which this page does not show"))
    page.evaluate(CELL, 4)
    place.click()
    page.wait_for_function(f"() => ({FLASHING})().includes('words')")
    expect(page.locator(".cm-line", has_text="words")).to_be_in_viewport()


def test_what_is_set_holds_for_all_dashboards_of_the_browser(show):
    page = show()
    button = page.get_by_role("button", name="Settings")
    button.click()
    menu = page.get_by_role("dialog", name="Settings")
    expect(menu.get_by_label("Refresh")).to_be_focused()
    menu.get_by_label("Refresh").select_option("once a second")
    page.wait_for_function("() => window.played.model.sent.some(each => each.kind === 'hello' && each.pace === 1)")
    menu.get_by_label("Samples listed").select_option("10")
    menu.get_by_label("Motion").select_option("none")
    expect(page.locator(".sample")).to_have_count(10)
    expect(page.locator(".hydro.still")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    page.reload()
    expect(page.locator(".hydro.still")).to_have_count(1)


def test_elements_are_sent_through_a_port_and_remembered(show):
    page = show("shop", frames=12)
    pane = tab(page, "send")
    field = pane.get_by_label("orders")
    field.fill('["ada", 3]')
    field.press("Enter")
    expect(pane.locator(".sent code")).to_have_text('["ada", 3]')
    field.fill("")
    field.press("ArrowUp")
    expect(field).to_have_value('["ada", 3]')


def test_a_value_has_its_history(show):
    page = show("shop")
    page.locator(".stream.value").first.click()
    expect(page.locator(".plot polyline")).to_be_visible()
    expect(page.locator(".shown")).to_contain_text("before it")
    expect(page.locator(".sample").nth(3)).to_be_visible()


def test_the_still_picture_hides_while_the_view_is_live(show):
    page = show()
    add = "document.body.insertAdjacentHTML('beforeend', '<figure data-hydro-static=recorded>still</figure>')"
    page.evaluate(add)
    expect(page.locator("figure")).to_be_hidden()
    page.evaluate("window.played.end.abort(); document.querySelector('#view').replaceChildren()")
    expect(page.locator("figure")).to_be_visible()


def test_a_kernel_that_says_nothing_is_missed(show):
    page = show(frames=24)
    page.evaluate("() => { window.played.model.snapshot = window.played.model.answer = () => {}; }")
    page.evaluate("() => { const now = performance.now(); performance.now = () => now + 60000; }")
    expect(page.locator("header .word")).to_have_text("disconnected")
    expect(page.locator("header .note")).to_contain_text("run the cell again")
    expect(page.locator("header .elapsed")).to_have_text("")
    expect(page.locator("header .rate")).to_have_text("")
    expect(page.locator("header .stop")).to_be_disabled()
    expect(page.locator(".stage .edge.active")).to_have_count(0)
    rows = tab(page, "processes").locator("tbody tr:not(.why)")
    expect(rows.first.locator(".up")).to_have_text("\u2013")
    for button in rows.first.get_by_role("button").all():
        expect(button).to_be_disabled()
    page.evaluate("() => window.played.model.set('totals', {})")
    expect(page.locator("header .word")).to_have_text("running")
    expect(page.locator("header .stop")).to_be_enabled()


def test_two_views_of_one_deployment_show_the_same(show):
    page = show(frames=24)
    page.evaluate(
        """async () => {
            const { default: widget } = await import("/hydro_nb/notebook/static/widget.js");
            const el = document.body.appendChild(document.createElement("div"));
            await widget.render({ model: window.played.model, el, signal: new AbortController().signal });
        }"""
    )
    totals = page.locator(".stream-list .stream:first-child .count b")
    expect(totals).to_have_text(["1 104 256"] * 2)
    page.evaluate("window.played.model.play(window.played.model.recording.frames[24])")
    expect(totals).to_have_text(["1 147 471"] * 2)
