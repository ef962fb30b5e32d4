"""The private folder for sockets."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

import pytest

from hydro_nb.deploy import keys
from hydro_nb.deploy.keys import PREFIX, KeyRing, SocketFolder, check_private, new_token
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
    left.mkdir(mode=0o700)
    (left / "lock").touch()
    first = SocketFolder()
    second = SocketFolder()
    assert not left.exists()
    assert first.path.exists()
    first.remove()
    second.remove()


def test_tokens_differ():
    assert len({new_token() for _ in range(10)}) == 10


def test_what_may_be_somebody_elses_is_not_swept(tmp_path):
    base = Path(os.environ["XDG_RUNTIME_DIR"])
    precious, strange, link = tmp_path / "precious", base / f"{PREFIX}strange", base / f"{PREFIX}link"
    for folder, mode in ((precious, 0o700), (strange, 0o755)):
        folder.mkdir(mode=mode)
        (folder / "lock").touch()
    link.symlink_to(precious)
    SocketFolder().remove()
    assert (precious / "lock").exists()
    assert (strange / "lock").exists()
    link.unlink()
    (strange / "lock").unlink()
    strange.rmdir()


def test_a_folder_in_which_others_could_move_ours_is_passed_over(tmp_path, monkeypatch):
    loose = Path(os.environ["XDG_RUNTIME_DIR"]) / "loose"
    loose.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(loose))
    for mode, held in ((0o777, False), (0o1777, True), (0o755, True)):
        loose.chmod(mode)
        folder = SocketFolder()
        assert (folder.path.parent == loose) is held
        folder.remove()
    loose.rmdir()


def test_a_ring_admits_the_keys_that_it_has_made_and_shows_none():
    ring, other = KeyRing([[1], [2, 3]], {1: {2, 0}, 2: {1}, 3: {4}}), KeyRing([[1]], {})
    assert ring.key_of(2) == ring.key_of(3) != ring.key_of(1)
    assert ring.key_of(0) == ring.key_of(None) == ring.public
    assert ring.admits(ring.key_of(1))
    assert not ring.admits(other.key_of(1))
    assert not ring.admits(ring.public)
    told, old = ring.keys([2, 3], [4]), ring.key_of(1)
    assert set(told.peers) == {1}
    ring.renew(1)
    assert not ring.admits(old)
    assert told.secret.decode() not in repr(told)


@pytest.mark.parametrize("ended", [True, False], ids=["has taken it away", "is about to"])
def test_a_folder_that_another_kernel_sweeps_before_it_is_locked_is_made_anew(monkeypatch, ended):
    made, held = [], []

    def open_and_sweep(path, flags, *mode, **where):
        fd = os_open(path, flags, *mode, **where)
        if flags & os.O_CREAT and not made:
            made.append(Path(path).parent)
            if ended:
                keys._sweep(made[0].parent)
            else:
                held.append(os_open(path, os.O_RDWR))
                fcntl.flock(held[0], fcntl.LOCK_EX)
        return fd

    os_open = os.open
    monkeypatch.setattr(keys.os, "open", open_and_sweep)
    folder = SocketFolder()
    assert folder.path.exists()
    SocketFolder().remove()
    assert (folder.path / "lock").exists()
    assert folder.path != made[0]
    folder.remove()
    for fd in held:
        os.close(fd)
    SocketFolder().remove()
    assert not made[0].exists()
