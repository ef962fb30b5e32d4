"""A real kernel for tests: runs cells as JupyterLab does, with their ids, and gives what they showed."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

PATIENCE = 120.0


class ThisInterpreter(KernelSpecManager):
    """Finds one kernel only: the interpreter that runs the tests."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="",
            language="python",
        )


@dataclass
class Ran:
    """What a cell showed."""

    status: str = ""
    stdout: str = ""
    stderr: str = ""
    error: str = ""
    ename: str = ""
    shown: list[dict[str, Any]] = field(default_factory=list)
    updated: list[dict[str, Any]] = field(default_factory=list)
    result: str = ""

    @property
    def graphs(self) -> list[dict[str, Any]]:
        return [each for each in self.shown if "text/html" in each]


class Kernel:
    """One kernel and a client of it."""

    def __init__(self) -> None:
        # ports are chosen before the kernel binds them: where another process takes one meanwhile, it never answers
        if not (self._answers(within=30) or self._answers(within=60) or self._answers(within=PATIENCE)):
            raise RuntimeError("three kernels were started, and none of them answers")

    def _answers(self, *, within: float) -> bool:
        self.manager = KernelManager(kernel_spec_manager=ThisInterpreter(), kernel_name="this")
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        try:
            self.client.wait_for_ready(timeout=within)
        except RuntimeError:
            self.close(now=True)
            return False
        return True

    def close(self, *, now: bool = False) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=now)
        self.manager.context.destroy(linger=0)

    def run(self, code: str, cell: str | None = None, deleted: list[str] | None = None, *, silent: bool = False) -> Ran:
        """Run a cell that must succeed."""
        ran = self.attempt(code, cell, deleted, silent=silent)
        assert ran.status == "ok", ran.error or ran.stderr
        return ran

    def attempt(
        self,
        code: str,
        cell: str | None = None,
        deleted: list[str] | None = None,
        *,
        silent: bool = False,
        interrupt_after: int = 0,
        host: dict[str, Any] | None = None,
    ) -> Ran:
        """Run a cell, with the id that a notebook would send, and wait until the kernel is idle again.

        `host` is what another host than JupyterLab sends of a cell.
        """
        metadata = host or ({"cellId": cell, "deletedCells": deleted or []} if cell else {})
        content = {
            "code": code,
            "silent": silent,
            "store_history": not silent,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(message)
        ran = self._read(message["header"]["msg_id"], interrupt_after)
        ran.status = self._reply(message["header"]["msg_id"])["content"]["status"]
        return ran

    def interrupt_once_shown(self, code: str, cell: str) -> Ran:
        """Run a cell, and interrupt it when it shows something for the second time."""
        return self.attempt(code, cell, interrupt_after=2)

    def value(self, expression: str) -> str:
        """Give the text of an expression's value, without running a cell."""
        return self.run(f"print(({expression}))", silent=True).stdout.strip()

    def complete(self, code: str) -> list[str]:
        message = self.client.complete(code, len(code))
        return self._reply(message)["content"]["matches"]

    def inspect(self, code: str) -> str:
        message = self.client.inspect(code, len(code))
        return self._reply(message)["content"]["data"].get("text/plain", "")

    def _reply(self, parent: str) -> dict[str, Any]:
        while True:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == parent:
                return reply

    def _read(self, parent: str, interrupt_after: int) -> Ran:
        ran = Ran()
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != parent:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                setattr(ran, content["name"], getattr(ran, content["name"]) + content["text"])
            elif kind == "display_data":
                ran.shown.append(content["data"])
                if len(ran.shown) == interrupt_after:
                    self.manager.interrupt_kernel()
            elif kind == "update_display_data":
                ran.updated.append(content["data"])
            elif kind == "execute_result":
                ran.result = content["data"]["text/plain"]
            elif kind == "error":
                ran.ename, ran.error = content["ename"], _plain("\n".join(content["traceback"]))
            elif kind == "status" and content["execution_state"] == "idle":
                return ran


def _plain(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)
