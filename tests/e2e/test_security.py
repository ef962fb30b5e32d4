"""Who is not meant to gets nothing: not another user of the machine, not another flow, not a client without a key."""

from __future__ import annotations

import contextlib
import os
import random
import re
import secrets
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import zmq
from kernels import left_in
from strangers import SECONDS, Knock, as_nobody, family, listening

from hydro_nb import TCP, DeployError, FlowBuilder, nondet
from hydro_nb.deploy import keys
from hydro_nb.runtime.channel import MAX_FRAME
from hydro_nb.runtime.report import encode
from hydro_nb.wire import Hello

ROOT = str(Path(__file__).parents[2])
CAPTURED = "captured-" + secrets.token_hex(8)
TOKEN = "token-" + secrets.token_hex(8)


class Worker:
    """Marks the members of the cluster."""


@pytest.fixture(autouse=True)
def folders(monkeypatch):
    """Folders that anybody may enter, and a process that lets others write by default: only our own modes protect."""
    base = Path(tempfile.mkdtemp(prefix="hnb"))
    mask = os.umask(0)
    for name in ("state", "run"):
        (base / name).mkdir()
        (base / name).chmod(0o1777)
    base.chmod(0o755)
    monkeypatch.setenv("XDG_STATE_HOME", str(base / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(base / "run"))
    yield base
    os.umask(mask)
    left = left_in(base / "run")
    shutil.rmtree(base)
    assert left == []


class Flow:
    """A flow with a bit of everything: two processes, a client, a port with a token, a captured secret."""

    def __init__(self) -> None:
        self.flow = FlowBuilder("guarded")
        server, other = self.flow.process(), self.flow.process()
        self.port, lines, _, replies = server.bidi_external_many_bytes(self.flow.external(), token=TOKEN)
        replies.send(lines.map(str.upper))
        self.inlet, numbers = server.source_external(self.flow.external(), int)
        known = CAPTURED
        self.outlet = numbers.send(other).map(lambda n: n + len(known)).send_external(self.flow.external())

    def works(self, deployment):
        """Whether an element goes all the way."""
        deployment.connect(self.inlet).send(1)
        return deployment.connect(self.outlet).receive(SECONDS) == 1 + len(CAPTURED)


def plan_of(deployment):
    return deployment._backend._supervisor.plan


def pids_of(deployment):
    return family([row.pid for row in deployment.processes if row.pid])


@pytest.fixture(params=["ipc", "tcp"])
def transport(request):
    return request.param


@pytest.fixture
def made():
    return Flow()


# ------------------------------------------------------------ another user


def test_another_user_reads_no_log_and_no_state(made, folders):
    made.flow.process().source_iter(["hush"]).for_each(print)
    with made.flow.deploy() as deployment:
        deployment.settle(SECONDS)
        state = folders / "state"
        paths = [str(path) for path in state.rglob("*")]
        assert [path for path in paths if path.endswith(".log")]
        assert as_nobody("[outcome(os.listdir if os.path.isdir(path) else read, path) for path in told]", paths) == [
            "PermissionError"
        ] * len(paths)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in state.rglob("*")}
    assert modes == {0o700, 0o600}


def test_another_user_opens_no_socket(made, folders):
    with made.flow.deploy(transport="ipc") as deployment:
        plan = plan_of(deployment)
        paths = [each.removeprefix("ipc://") for each in {*plan.endpoints.values(), plan.control}]
        assert [path for path in paths if not Path(path).is_socket()] == []
        outcomes = as_nobody("[outcome(connect, path) for path in told]", paths)
        assert outcomes == ["PermissionError"] * len(paths)
        assert as_nobody("outcome(os.listdir, told)", str(Path(paths[0]).parent)) == "PermissionError"
        assert made.works(deployment)


def test_another_user_neither_signals_a_process_nor_looks_into_it(made, transport):
    with made.flow.deploy(transport=transport) as deployment:
        pids = pids_of(deployment)
        assert len(pids) == 2
        signals = as_nobody(f"[outcome(os.kill, pid, {int(signal.SIGTERM)}) for pid in told]", [os.getpid(), *pids])
        assert set(signals) == {"PermissionError"}
        paths = [f"/proc/{pid}/{file}" for pid in pids for file in ("environ", "mem", "maps", "fd/0")]
        assert set(as_nobody("[outcome(read, path) for path in told]", paths)) == {"PermissionError"}
        assert made.works(deployment)


def test_another_user_is_no_client_of_a_port_without_its_token(made):
    with made.flow.deploy() as deployment:
        address = deployment.address(made.port)
        assert as_nobody("ask(told, b'let me in\\n')", address) == ""
        deployment.settle(SECONDS)
        (problem,) = deployment.problems
        assert "refused 127.0.0.1:" in problem.error
        # whoever was told it is a client, whatever user it is
        assert as_nobody(f"ask(told, b'{TOKEN}\\nhello\\n')", address) == "HELLO\n"


def test_a_folder_for_sockets_that_others_may_enter_is_refused(made, monkeypatch, folders):
    def careless(**given):
        path = Path(given["dir"]) / f"{given['prefix']}careless"
        path.mkdir(mode=0o755)
        return str(path)

    monkeypatch.setattr(keys.tempfile, "mkdtemp", careless)
    with pytest.raises(DeployError, match=r"has mode 0755; it must be private \(0700\)"):
        made.flow.deploy(transport="ipc")
    assert left_in(folders / "run") == []


# ------------------------------------------------------------ what anybody can see


def test_all_listen_on_this_machine_alone(made, transport):
    with made.flow.deploy(transport=transport) as deployment:
        pids = pids_of(deployment)
        found = listening([*pids, os.getpid()])
        assert {host for host, _ in found} == {"127.0.0.1"}
        assert deployment.address(made.port) in found
        # of each process its data, and of the kernel its control and its data
        assert len(found) == (1 if transport == "ipc" else 5)
        with pytest.raises(ConnectionRefusedError):
            # the loopback network has more addresses: who listens on all of them is heard there too
            socket.create_connection(("127.0.0.2", deployment.address(made.port)[1]), SECONDS)


def test_no_secret_is_in_an_argument_or_the_environment(made, transport):
    with made.flow.deploy(transport=transport) as deployment:
        plan = plan_of(deployment)
        hidden = [CAPTURED.encode(), TOKEN.encode(), plan.token, plan.token.hex().encode()]
        if plan.ring is not None:
            hidden += [plan.ring.secret, *(secret for _, secret in plan.ring._pairs.values())]
        pids = pids_of(deployment)
        for pid in [os.getpid(), *pids]:
            for file in ("cmdline", "environ"):
                seen = Path(f"/proc/{pid}/{file}").read_bytes()
                assert [each for each in hidden if each in seen] == []
        assert made.works(deployment)


def test_no_secret_is_shown(made, transport):
    with made.flow.deploy(transport=transport) as deployment:
        plan = plan_of(deployment)
        boots = [plan.bootstrap(number) for number in plan.peers]
        shown = [repr(each) for each in (plan, deployment.program, deployment, *boots, plan.ring, boots[0].keys)]
        shown += [deployment.source(row.name) for row in deployment.processes]
        hidden = [TOKEN, repr(plan.token)[2:-1]]
        if plan.ring is not None:
            hidden += [secret.decode() for _, secret in plan.ring._pairs.values()]
        assert [each for each in hidden for text in shown if each in text] == []


# ------------------------------------------------------------ other clients, other flows


@pytest.fixture
def guarded(made):
    with made.flow.deploy(transport="tcp") as deployment:
        yield deployment
        assert made.works(deployment)
        assert [each for each in deployment.problems if each.fatal] == []


def sockets_of(deployment):
    """Give kind, endpoint and public key of every bound socket."""
    plan = plan_of(deployment)
    data = {(zmq.PUSH, endpoint, plan.ring.key_of(number)) for number, endpoint in plan.endpoints.items()}
    return [*data, (zmq.DEALER, plan.control, plan.ring.public)]


def test_a_client_without_keys_gets_nothing(guarded):
    sockets = sockets_of(guarded)
    assert len(sockets) == 4
    for kind, endpoint, _ in sockets:
        with Knock(kind, endpoint) as stranger:
            assert not stranger.let_in


def test_a_client_that_knows_the_public_key_gets_nothing(guarded):
    for kind, endpoint, key in sockets_of(guarded):
        with Knock(kind, endpoint, server=key, pair=zmq.curve_keypair()) as stranger:
            assert not stranger.let_in


def test_a_client_that_knows_the_token_of_the_deployment_too_is_not_heard(guarded):
    plan = plan_of(guarded)
    with Knock(zmq.DEALER, plan.control, server=plan.ring.public, pair=zmq.curve_keypair()) as stranger:
        stranger.socket.send(encode(Hello(0, os.getpid(), plan.token)), zmq.NOBLOCK)
        assert not stranger.let_in


def test_a_process_of_another_flow_gets_nothing(guarded):
    other = Flow()
    with other.flow.deploy(transport="tcp") as second:
        theirs = [plan_of(second).ring._kernel, *plan_of(second).ring._pairs.values()]
        for kind, endpoint, key in sockets_of(guarded):
            for pair in theirs:
                with Knock(kind, endpoint, server=key, pair=pair) as stranger:
                    assert not stranger.let_in
        assert other.works(second)


def test_who_has_a_key_of_this_flow_is_let_in_where_a_channel_leads(guarded):
    """Otherwise the refusals above would prove nothing."""
    plan = plan_of(guarded)
    server, other = sorted(plan.peers)
    for number, near in ((server, other), (other, server)):
        key = plan.ring.key_of(number)
        with Knock(zmq.PUSH, plan.endpoints[number], server=key, pair=plan.ring._pairs[near]) as known:
            assert known.let_in


def test_a_process_that_no_channel_leads_to_gets_nothing_from_another():
    flow = FlowBuilder()
    outlets = [flow.process().source_iter([n]).send(flow.process()) for n in range(2)]
    for each in outlets:
        each.for_each(print)
    with flow.deploy(transport="tcp") as deployment:
        plan = plan_of(deployment)
        first, second, third, _ = sorted(plan.peers)
        assert plan.near[first] == {second}
        key = plan.ring.key_of(second)
        with Knock(zmq.PUSH, plan.endpoints[second], server=key, pair=plan.ring._pairs[third]) as stranger:
            assert not stranger.let_in


def test_the_key_of_a_killed_member_opens_nothing_and_who_comes_again_has_another():
    flow = FlowBuilder()
    leader, workers = flow.process(), flow.cluster(Worker)
    inlet, numbers = leader.source_external(flow.external(), int)
    answers = numbers.broadcast(workers, TCP.fail_stop(), nondet("whoever is there")).send(leader).values()
    outlet = answers.send_external(flow.external())
    with flow.deploy(clusters={Worker: 1}, transport="tcp") as deployment:
        plan = plan_of(deployment)
        (member,) = (number for number in plan.peers if plan.peers[number].kind == "cluster")
        (home,) = (number for number in plan.peers if plan.peers[number].kind == "process")
        old, where = plan.ring._pairs[member], (plan.endpoints[home], plan.ring.key_of(home))
        deployment.kill("Worker/0")
        deployment.settle(SECONDS)
        with Knock(zmq.PUSH, where[0], server=where[1], pair=old) as ghost:
            assert not ghost.let_in
        deployment.restart("Worker/0")
        assert plan.ring._pairs[member] != old
        with Knock(zmq.PUSH, where[0], server=where[1], pair=old) as ghost:
            assert not ghost.let_in
        with Knock(zmq.DEALER, plan.control, server=plan.ring.public, pair=old) as ghost:
            assert not ghost.let_in
        deployment.connect(inlet).send(7)
        assert deployment.connect(outlet).receive(SECONDS) == 7


GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01CURVE" + bytes(15) + b"\x00" + bytes(31)
"""the first bytes of a ZeroMQ client that would speak CURVE"""


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_on_every_port_change_nothing(made, seed):
    chance = random.Random(seed)
    with made.flow.deploy(transport="tcp") as deployment:
        port = deployment.address(made.port)
        for address in sorted(listening([os.getpid(), *pids_of(deployment)])):
            for begun in (b"", GREETING[:11], GREETING):
                with socket.create_connection(address, SECONDS) as stranger, contextlib.suppress(ConnectionError):
                    stranger.sendall(begun + chance.randbytes(10_000))
        assert made.works(deployment)
        deployment.settle(SECONDS)
        # the port that is for people says whom it has refused: the first, and the second
        told = [re.sub(r"\S+:\d+", "_", each.error) for each in deployment.problems]
        assert [each.rpartition(":")[2] for each in told] == [" 1)", " 2)"], told
        assert port in listening(pids_of(deployment))


def test_who_sends_more_than_a_frame_may_hold_is_cut_off_and_the_process_lives(made):
    with made.flow.deploy(transport="ipc") as deployment:
        for endpoint in set(plan_of(deployment).endpoints.values()):
            with Knock(zmq.PUSH, endpoint) as known:
                assert known.let_in
                known.socket.send(bytes(MAX_FRAME + 1), copy=False)
                assert not known.let_in
        assert made.works(deployment)
        assert [each for each in deployment.problems if each.fatal] == []


# ------------------------------------------------------------ hydro-nb lab


@pytest.fixture
def lab(tmp_path):
    """Give what `hydro-nb lab` says once it serves, and its process."""
    settings = {
        name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    known = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    command = [sys.executable, "-m", "hydro_nb.cli", "lab", "--no-browser", "--allow-root", "--port=0"]
    server = subprocess.Popen(
        command, cwd=tmp_path, env={**known, **settings, "PYTHONPATH": ROOT}, stderr=subprocess.PIPE, text=True
    )
    said = (re.search(r"http://127\.0\.0\.1:(\d+)/lab\S*token=(\w+)", line) for line in server.stderr)
    found = next(filter(None, said), None)
    yield found, server.pid
    server.terminate()
    server.communicate()


def test_lab_serves_this_machine_alone_and_asks_for_its_token(lab):
    found, pid = lab
    assert found is not None
    port, token = int(found[1]), found[2]
    wait_until_it_listens(port)
    loopback = {"127.0.0.1", "00000000000000000000000001000000"}
    served = listening([pid])
    assert {host for host, _ in served} <= loopback
    assert ("127.0.0.1", port) in served
    assert [status_of(port, query) for query in ("", "?token=guess", f"?token={token}")] == [403, 403, 200]


def wait_until_it_listens(port):
    """Wait for what happens a moment after it says so."""
    until = time.monotonic() + SECONDS
    with socket.socket() as probe:
        while probe.connect_ex(("127.0.0.1", port)) and time.monotonic() < until:
            select.select([], [], [], 0.05)


def status_of(port, query):
    """Give how the server answers who wants its files."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/contents{query}", timeout=SECONDS) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
