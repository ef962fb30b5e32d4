"""Kernels and scripts of their own, with a folder for sockets that must be empty when they have ended."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from real_kernel import Kernel

LANGUAGE = """
from hydro_nb import FlowBuilder, q

class Leader: ...

flow    = FlowBuilder()
leader  = flow.process(Leader)
numbers = leader.source_iter(q([1, 2, 3, 4]))
process2 = flow.process()
on_p2   = numbers.send_bincode(process2)
on_p2.map(q(lambda n: n * 10)).for_each(q(print))
"""
"""The program of the README."""


BEATS = """
class Clock: ...
class First: ...
class Second: ...
flow = FlowBuilder()
beats = flow.process(Clock).source_interval(0.005).enumerate().map(lambda pair: pair[0])
beats.send(flow.process(First)).for_each(lambda n: None)
beats.send(flow.process(Second)).for_each(lambda n: None)
"""
"""A flow without an end, of three processes, two of which hear the third."""


def run_script(folder: Path, text: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a script as a person does: by its name, in its folder."""
    path = folder / "script.py"
    path.write_text(textwrap.dedent(text))
    return subprocess.run(
        [sys.executable, path.name], cwd=folder, capture_output=True, text=True, timeout=60, check=False, **options
    )


def kernel_pid(kernel: Kernel) -> int:
    """Give the process of a kernel."""
    return int(kernel.value("__import__('os').getpid()"))


def child_pids(kernel: Kernel, deployment: str = "deployment") -> dict[str, int]:
    """Give the processes of a deployment by their names."""
    return eval(kernel.value(f"{{row.name: row.pid for row in {deployment}.processes}}"))


def left_in(folder: Path) -> list[str]:
    """Give what lies in a folder for sockets: those that are in use, and the keys beside them."""
    return [os.fspath(path.relative_to(folder)) for path in folder.rglob("*")]
