"""P9: what it costs a flow in a notebook that somebody looks at it, in a kernel of its own."""

from __future__ import annotations

import queue
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import Any

from hydro_nb.bench.fresh import environment
from hydro_nb.bench.table import Row, Scale, interleaved, throughput
from hydro_nb.errors import HydroError

_manager: Any = import_module("jupyter_client.manager")
_kernelspec: Any = import_module("jupyter_client.kernelspec")

FLOWS = (("one process", "one_process(", 60_000_000), ("two processes", "two_processes('ints', ", 20_000_000))
"""name, how its flow is made but for the number of items, items"""
PATIENCE = 60.0
LOOK_SECONDS = 0.2
"""How often it is asked whether the flow has ended, looked at or not."""
STEPS = {True: "from IPython.display import display; display(deployment)", False: ""}
MARKS = "' '.join(line.text for line in deployment.logs() if line.stream == 'stdout')"


def dashboard(scale: Scale) -> Iterator[Row]:
    """Measure flows whose dashboard is open, next to the same ones that nobody looks at."""
    with _kernel() as page:
        for case, build, count in FLOWS:
            items = scale.of(count)
            seen, alone = (partial(page.run, f"{build}{items})", seen=seen) for seen in (True, False))
            pairs = interleaved(seen, alone, scale.rounds)
            if not page.painted:
                raise HydroError("nothing was told to the page, so nothing was measured")
            yield throughput(f"P9 dashboard open / closed, {case}", items, pairs, ">= 0.98", None)


class _ThisInterpreter(_kernelspec.KernelSpecManager):
    """Knows one kernel, which is the interpreter that runs this."""

    def get_kernel_spec(self, kernel_name: str) -> Any:  # noqa: ARG002 - the interface is Jupyter's
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return _kernelspec.KernelSpec(argv=argv, display_name="Python 3", language="python")


@contextmanager
def _kernel() -> Generator[Page]:
    with tempfile.TemporaryDirectory(prefix="hydro-nb-") as folder:
        local = {"transport": "ipc", "connection_file": f"{folder}/kernel.json"} if sys.platform != "win32" else {}
        manager = _manager.KernelManager(kernel_spec_manager=_ThisInterpreter(), **local)
        manager.start_kernel(env=environment())
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=PATIENCE)
            yield Page(client)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


class Page:
    """A notebook's page, as far as a kernel can tell: it shows dashboards and says that it has painted what came."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._comm = ""
        self._views = 0
        self.painted = 0

    def run(self, build: str, *, seen: bool) -> float:
        """Deploy a flow, and give the seconds from its first item to its last."""
        self._comm = ""
        self._do(f"from hydro_nb.bench import flows\ndeployment = flows.{build}.deploy()\n{STEPS[seen]}")
        until = time.monotonic() + PATIENCE
        while "last" not in (marks := self._ask(MARKS)):
            if time.monotonic() > until:
                raise HydroError(f"`{build}` has not ended after {PATIENCE:g} s; its lines: {marks}")
            self._look(time.monotonic() + LOOK_SECONDS)
        self._do("deployment.stop()")
        words = marks.split()
        return float(words[words.index("last") + 1]) - float(words[words.index("first") + 1])

    def _do(self, code: str) -> None:
        reply = self._reply(self._client.execute(code))
        if reply["status"] != "ok":
            raise HydroError("\n".join(reply["traceback"]))

    def _ask(self, expression: str) -> str:
        message = self._client.execute("", silent=True, user_expressions={"it": expression})
        answer = self._reply(message)["user_expressions"]["it"]
        return answer["data"]["text/plain"].strip("'\"") if answer["status"] == "ok" else str(answer)

    def _reply(self, message: str) -> dict[str, Any]:
        """Wait for a reply, and go on painting meanwhile."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self._look(time.monotonic() + 0.01)
            try:
                reply = self._client.get_shell_msg(timeout=0)
            except queue.Empty:
                continue
            if reply["parent_header"].get("msg_id") == message:
                return reply["content"]
        raise HydroError(f"the kernel has not answered for {PATIENCE:g} s")

    def _look(self, until: float) -> None:
        """Take what the kernel says until then."""
        while (left := until - time.monotonic()) > 0:
            try:
                message = self._client.get_iopub_msg(timeout=left)
            except queue.Empty:
                return
            self._hear(message["msg_type"], message["content"])

    def _hear(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "comm_open" and content["data"].get("state", {}).get("mode") == "live":
            self._comm = content["comm_id"]
            self._views += 1
            self._tell(kind="hello", view="bench", number=self._views)
        elif kind == "comm_msg" and content["comm_id"] == self._comm and content["data"]["method"] == "custom":
            self.painted += 1
            self._tell(kind="ack", seq=content["data"]["content"]["seq"])

    def _tell(self, **content: Any) -> None:
        data = {"method": "custom", "content": content}
        session = self._client.session
        self._client.shell_channel.send(session.msg("comm_msg", {"comm_id": self._comm, "data": data}))
