"""In a notebook `breakpoint()` in a simulated test asks below the cell."""

CELL = """
from hydro_nb import FlowBuilder
flow = FlowBuilder()
port, numbers = flow.process().sim_input(int)
out = numbers.sim_output()
async def body():
    port.send(40)
    breakpoint()
    await out.assert_yields_only([40])
flow.sim().exhaustive(body)
"""


def test_it_asks_below_the_cell_and_goes_on(kernel):
    typed, prompts, printed = ["p 40 + 2", "c"], [], []

    def asked(message):
        prompts.append(message["content"]["prompt"])
        kernel.client.input(typed.pop(0))

    def shown(message):
        printed.append(message["content"].get("text", ""))

    reply = kernel.client.execute_interactive(CELL, stdin_hook=asked, output_hook=shown, timeout=30)
    assert reply["content"]["status"] == "ok"
    assert len(prompts) == 2
    assert "assert_yields_only" in "".join(printed)
    assert "42" in "".join(printed)
