"""The private folder for sockets."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from hydro_nb.deploy.keys import PREFIX, SocketFolder, check_private, new_token
from hydro_nb.errors import DeployError


def test_it_is_private_and_goes():
    folder = SocketFolder()
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert folder.endpoint("p1") == f"ipc://{folder.path}/p1"
    folder.remove()
    assert not folder.path.exists()
    folder.remove()


def test_a_folder_that_others_may_enter_is_refused():
    folder = SocketFolder()
    folder.path.chmod(0o755)
    with pytest.raises(DeployError, match=r"has mode 0755; it must be private \(0700\)"):
        folder.endpoint("p1")
    folder.remove()


def test_a_link_in_its_place_is_refused(tmp_path):
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(DeployError, match="is not a folder"):
        check_private(tmp_path / "link")


def test_a_path_that_is_too_long_is_refused():
    folder = SocketFolder()
    with pytest.raises(DeployError, match="longer than 107 bytes; set XDG_RUNTIME_DIR"):
        folder.endpoint("x" * 120)
    folder.remove()


def test_what_a_killed_kernel_left_is_swept_and_what_lives_is_not():
    base = Path(os.environ["XDG_RUNTIME_DIR"])
    left = base / f"{PREFIX}left"
    left.mkdir()
    (left / "lock").touch()
    first = SocketFolder()
    second = SocketFolder()
    assert not left.exists()
    assert first.path.exists()
    first.remove()
    second.remove()


def test_tokens_differ():
    assert len({new_token() for _ in range(10)}) == 10
