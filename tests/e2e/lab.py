"""A real JupyterLab server with folders of its own, and the headless Chromium that looks at it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

PATIENCE = 60.0
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
SETTINGS = {
    # a question about news would lie over the page, and asking a website is no part of a test
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


def chromium() -> str | None:
    """Give the browser of this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def browsing() -> Generator[Browser]:
    """Let the browser of this machine run, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


def heed(page: Page, complaints: list[str]) -> None:
    """Keep what a page complains of."""
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))


class Server:
    """One JupyterLab server, which knows nothing of the user's own settings and sessions."""

    def __init__(self, home: Path, sockets: Path) -> None:
        self.folder = home / "work"
        self.folder.mkdir(parents=True)
        self.token = secrets.token_hex(16)
        self.port = free_port()
        self.said: list[str] = []
        _write_settings(home / "config")
        self.process = subprocess.Popen(
            self._command(),
            env={**os.environ, **_folders(home), "XDG_RUNTIME_DIR": str(sockets)},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._wait_until_it_listens()

    def _command(self) -> list[str]:
        options = [
            "--no-browser",
            "--allow-root",
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}",
            "--LabApp.expose_app_in_browser=True",
            # the usual one asks a website for extensions
            "--LabApp.extension_manager=readonly",
        ]
        return [sys.executable, "-m", "jupyterlab", *options]

    def _wait_until_it_listens(self) -> None:
        self._listening = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._listening.wait(PATIENCE), "".join(self.said)
        assert self.process.poll() is None, "".join(self.said)

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.said.append(line)
            if f":{self.port}/lab?token" in line:
                self._listening.set()
        self._listening.set()

    def write(self, name: str, cells: Sequence[str]) -> str:
        """Write a notebook of these cells; gives its path on the server."""
        notebook = {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
            "cells": [_cell(number, text) for number, text in enumerate(cells)],
        }
        (self.folder / name).write_text(json.dumps(notebook))
        return name

    def url(self, path: str) -> str:
        """Give the address of a notebook in a workspace of its own, where no tab of another test is open."""
        workspace = f"auto-{secrets.token_hex(4)}"
        return f"http://127.0.0.1:{self.port}/lab/workspaces/{workspace}/tree/{path}?token={self.token}"

    def close(self) -> None:
        """End the server with its kernels."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.communicate()
            self._reader.join()


@contextmanager
def serving(home: Path) -> Generator[Server]:
    """Let a server run; the path of its folder for sockets is short, and nothing is left there when all has ended."""
    sockets = Path(tempfile.mkdtemp(prefix="hnb"))
    try:
        server = Server(home, sockets)
        try:
            yield server
        finally:
            server.close()
        assert [*sockets.rglob("*")] == []
    finally:
        shutil.rmtree(sockets)


def _write_settings(config: Path) -> None:
    for name, values in SETTINGS.items():
        path = config / "lab" / "user-settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


def _cell(number: int, text: str) -> dict[str, Any]:
    return {
        "id": f"cell{number}",
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": text,
    }


def _folders(home: Path) -> dict[str, str]:
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTERLAB_SETTINGS_DIR": "config/lab/user-settings",
        "JUPYTERLAB_WORKSPACES_DIR": "config/lab/workspaces",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "XDG_STATE_HOME": "state",
    }
    return {variable: str(home / name) for variable, name in names.items()}


def free_port() -> int:
    """Give a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
