"""Kernels that end in every way that kernels end, while they hold processes that do not end by themselves."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from kernels import kernel_pid
from real_kernel import Kernel

DEPLOY = """
import ctypes, os, signal, subprocess
from hydro_nb import FlowBuilder

def busy(_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("ready", flush=True)
    while True:
        pass

def deaf(_):
    print("ready", flush=True)
    ctypes.PyDLL(None).sleep(3600)  # no thread of it runs meanwhile

def stopped(_):
    print("ready", flush=True)

def parent(_):
    subprocess.Popen(["sleep", "3600"])
    print("ready", flush=True)

flow = FlowBuilder()
for manners in (busy, stopped, parent, deaf):
    flow.process().source_iter([1]).for_each(manners)
deployment = flow.deploy()

def wait_until_ready():
    from hydro_nb.deploy.io import hydro_io
    import threading
    ready = threading.Event()
    look = hydro_io().every(0.01, lambda: len(deployment.logs()) >= 4 and ready.set())
    assert ready.wait(60), deployment
    look.cancel()

wait_until_ready()
os.kill(deployment.processes[1].pid, signal.SIGSTOP)
"""


INTERRUPTED = """
import threading
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
deployment.settle()
"""


def deployed() -> Kernel:
    """Give a kernel that holds a busy process, a stopped one, one that has started another, and one that is deaf."""
    kernel = Kernel()
    kernel.run(DEPLOY, "deploy")
    return kernel


def _killed(number: int) -> Callable[[Kernel], object]:
    return lambda kernel: os.kill(kernel_pid(kernel), number)


def _interrupted(kernel: Kernel) -> None:
    """Interrupt a cell that waits, and then leave."""
    assert kernel.attempt(INTERRUPTED).ename == "KeyboardInterrupt"
    _closed(kernel)


def _closed(kernel: Kernel) -> None:
    """Ask it to end, as a server does when the notebook is shut down."""
    kernel.client.shutdown()


def _restarted(kernel: Kernel) -> None:
    kernel.manager.restart_kernel(now=True)


WAYS: dict[str, Callable[[Kernel], object]] = {
    "kill -9": _killed(signal.SIGKILL),
    "kill -15": _killed(signal.SIGTERM),
    "restart": _restarted,
    "interrupt": _interrupted,
    "closed": _closed,
}
