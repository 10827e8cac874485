import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import in_process
import msgspec
import psutil
from serving import Server, png, three

DRAWN = png(three())


def refused(*options, cwd):
    """What `serve` says when it does not start."""
    ended = in_process.call(["serve", *map(str, options)], cwd)
    assert ended.code == 2, ended.out + ended.err
    return " ".join(ended.err.split())


def gone(processes, seconds=5):
    """Whether these processes end within so many seconds."""
    return not psutil.wait_procs(processes, timeout=seconds)[1]


def test_a_killed_worker_is_back(server):
    """A worker killed while somebody draws is back within 10 s; meanwhile the page says so, and others answer."""
    victim, other = server.workers()
    told, ended = [], threading.Event()

    def draw():
        while not ended.is_set():
            told.append(server.post("/api/predict", DRAWN))

    drawing = threading.Thread(target=draw)
    drawing.start()
    time.sleep(0.3)
    victim.kill()
    begin = time.monotonic()
    while "restarting" not in server.states():
        assert time.monotonic() - begin < 5
    took = server.wait(10)
    ended.set()
    drawing.join()
    assert {answer.status for answer in told} == {200}
    states = [{one.get("state", "ready") for one in answer.json["answers"]} for answer in told]
    assert {"ready", "restarting"} in states
    assert took < 10
    assert other.is_running()
    assert len(server.workers()) == 2


def test_the_page_is_there_before_the_networks(comparison):
    """Requests are heard at once: a network that is not loaded yet says that it starts."""
    with Server(comparison) as server:
        begin = time.monotonic()
        assert server.get("/api/info").status == 200
        assert time.monotonic() - begin < 2
        first = server.post("/api/predict", DRAWN)  # the first one imports what reads images
        assert first.status == 200
        assert {one.get("state") for one in first.json["answers"]} <= {"starting", None}
        assert server.get("/healthz").status in (200, 503)
        server.wait()
        workers = server.workers()
        code, told = server.stop()
        assert (code, told.splitlines()[-1]) == (130, "Stopped.")
        assert gone(workers)


def test_no_worker_outlives_a_killed_server(comparison):
    """A server that is killed takes its workers along, also those that are still starting."""
    with Server(comparison) as server:
        while len(workers := server.workers()) < 2:
            time.sleep(0.02)
        server.process.send_signal(signal.SIGKILL)
        assert gone(workers)


def test_others_need_the_token(comparison):
    """With a token, only who has it is answered: once in the address, then by a cookie, or as a bearer."""
    token = "a-token_of-20-letters"
    with Server(comparison, "--host", "0.0.0.0", "--token", token) as server:
        assert token in server.url.query
        for path in ("/", "/api/info", "/metrics", "/openapi.json", "/nothing", "/page.js"):
            assert server.get(path).status == 401
            assert server.get(f"{path}?token=wrong").status == 401
        assert server.get("/api/info", Authorization=f"Bearer {token}x").status == 401
        assert server.get("/api/info", Authorization=f"Bearer {token}", Host="my-machine:80").status == 200
        entered = server.get(f"/?token={token}")
        assert (entered.status, entered.headers["Location"]) == (303, "./")
        cookie = entered.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert server.get("/api/info", Cookie=cookie.partition(";")[0]).status == 200
        assert "Set-Cookie" not in server.get("/api/info?token=wrong").headers
        assert server.get("/api/info", Cookie="mnist_compare=x; ;;=").status == 401


def test_other_addresses_get_a_token_of_their_own(comparison):
    """Without --token, a server that others can reach makes a token and shows it; each start makes another one."""
    shown = []
    for _ in range(2):
        with Server(comparison, "--host", "0.0.0.0") as server:
            shown.append(server.url.query.removeprefix("token="))
            assert server.get("/api/info").status == 401
    assert len(set(shown)) == 2
    assert all(len(token) >= 32 for token in shown)


def test_what_cannot_be_served_is_said(comparison, tmp_path):
    """A port in use, a host of nobody's, a short token, no comparison and no checkpoint: a sentence, no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 is in use" in refused("--run", comparison, "--port", port, cwd=tmp_path)
    assert "--host" in refused("--run", comparison, "--host", "no.such.host.invalid", cwd=tmp_path)
    assert "--port" in refused("--run", comparison, "--port", "70000", cwd=tmp_path)
    assert "16 to 200" in refused("--run", comparison, "--token", "short", cwd=tmp_path)
    assert "There is no comparison below reports/" in refused(cwd=tmp_path)
    assert "results.jsonl" in refused("--run", tmp_path, cwd=tmp_path)
    shutil.copytree(comparison, tmp_path / "without", ignore=shutil.ignore_patterns("*.safetensors"))
    assert "has no checkpoint any more" in refused("--run", "without", cwd=tmp_path)


def test_networks_that_are_too_many_are_named(comparison, tmp_path, monkeypatch):
    """Those beyond the most that are served are told, with the options that choose others."""
    monkeypatch.setattr("mnist_compare.serve.networks.MOST_NETWORKS", 1)
    monkeypatch.setattr("mnist_compare.serve.server._Server.run", lambda self, sockets: None)
    monkeypatch.setattr("mnist_compare.serve.service.Service.start", lambda self: None)
    for options, told in (
        ((), "too many: numpy cnn matched seed 1 float32. --backends, --architectures and --seeds choose."),
        (("--seeds", "1,"), ""),
    ):
        ended = in_process.call(["serve", "--run", str(comparison), "--port", "0", *options], tmp_path)
        assert ended.code == 0, ended.err
        assert told in ended.err
        assert ("Not served" in ended.err) == bool(told)


def test_a_missing_package_is_named(comparison, tmp_path):
    """Where the extra is not installed, the command that installs it is told."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as util\n"
        "found = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'uvicorn' else found(name, *rest)\n"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "mnist_compare", "serve", "--run", str(comparison)]
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    told = done.stderr
    assert done.returncode == 2
    assert "Traceback" not in told
    assert "needs uvicorn" in told
    assert "[serve]" in told


def test_a_worker_that_cannot_start_is_told_of(comparison, tmp_path):
    """A damaged checkpoint fails its own network, with the reason; the others answer."""
    folder = tmp_path / "damaged"
    shutil.copytree(comparison, folder)
    record = msgspec.json.decode((folder / "results.jsonl").read_bytes().splitlines()[0])
    weights = folder / record["weights"]
    weights.write_bytes(weights.read_bytes()[:-1] + b"\xff")
    with Server(folder) as server:
        end = time.monotonic() + 40
        while "ready" not in server.states() or set(server.states()) & {"starting"}:
            assert time.monotonic() < end
            time.sleep(0.05)
        (bad,) = (one for one in server.get("/api/info").json["networks"] if one["state"] != "ready")
        assert "checksum" in bad["reason"]
        answers = server.post("/api/predict", DRAWN).json["answers"]
        assert sorted("class" in one for one in answers) == [False, True]
