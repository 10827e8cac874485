import http.client
import json
import subprocess
import sys
import time

import numpy as np
import pytest
from documents import FENCE, ROOT
from jsonschema import Draft202012Validator
from PIL import Image
from serving import form, png, three

from mnist_compare.data.preparation import read_page


@pytest.fixture(scope="module")
def described(server):
    """Holds an answer against the description of the API: its status is listed, and its body is as it says."""
    api = server.get("/openapi.json").json

    def check(method, path, answer):
        listed = api["paths"][path.partition("?")[0]][method.lower()]["responses"]
        content = listed[str(answer.status)]["content"]
        kind = answer.headers["Content-Type"].partition(";")[0]
        schema = content[kind]["schema"] | {"components": api["components"]}
        if answer.json is not None:
            Draft202012Validator(schema).validate(answer.json)
        return answer

    return check


def test_a_drawing_is_answered_as_predict_answers_the_file(server, described, comparison, tmp_path):
    """The same file gives the same classes and probabilities on the page and on the command line."""
    (tmp_path / "3.png").write_bytes(png(three()))
    answer = described("POST", "/api/predict", server.post("/api/predict", png(three()))).json
    command = [sys.executable, "-m", "mnist_compare", "predict", "--run", str(comparison), "--json", "3.png"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    said = [network["images"][0] for network in json.loads(done.stdout)]
    assert [one["class"] for one in answer["answers"]] == [one["digit"] for one in said]
    found, wanted = ([one["probabilities"] for one in side] for side in (answer["answers"], said))
    assert np.allclose(found, wanted, rtol=1e-5, atol=1e-7)
    assert answer["agree"] == (said[0]["digit"] == said[1]["digit"])
    assert answer["difference"] == pytest.approx(np.ptp(wanted, axis=0).max(), rel=1e-4)
    assert all(one["milliseconds"] > 0 for one in answer["answers"])


def test_what_the_networks_see_is_shown(server, tmp_path):
    """The page gets the 28x28 pixels that the networks get: those of the preparation."""
    three().save(tmp_path / "3.png")
    (digit,) = read_page(tmp_path / "3.png").digits
    seen = server.post("/api/predict", png(three())).json["seen"]
    assert (seen["height"], seen["width"], seen["channels"]) == (28, 28, 1)
    assert seen["pixels"] == digit.ravel().tolist()


def test_nothing_to_read_is_said(server, described):
    """White paper, and a page with two digits, give a note and no answers."""
    two = Image.new("RGB", (500, 200), "white")
    for left in (0, 300):
        two.paste(three(), (left, 0))
    for image, note in ((Image.new("L", (100, 100), 255), "no ink"), (two, "2 digits")):
        answer = described("POST", "/api/predict", server.post("/api/predict", png(image))).json
        assert answer["seen"] is None
        assert note in answer["note"]
        assert answer["answers"] == []
        assert answer["agree"] is None


def test_networks_and_epochs_can_be_chosen(server, described):
    """A query names networks and an epoch, whose network answers differently than that of the end."""
    info = described("GET", "/api/info", server.get("/api/info")).json
    assert [network["epochs"] for network in info["networks"]] == [[1, 2], [1, 2]]
    assert set(info["networks"][0]["accuracy"]) == {"1", "2"}
    first, last = (
        server.post(f"/api/predict?networks=1&epoch={epoch}", png(three())).json["answers"] for epoch in (1, 2)
    )
    assert [one["network"] for one in (*first, *last)] == [1, 1]
    assert first[0]["probabilities"] != last[0]["probabilities"]
    again = server.post("/api/predict?networks=1", png(three())).json["answers"]
    assert again[0]["probabilities"] == pytest.approx(last[0]["probabilities"], rel=1e-6)


def test_first_layers_are_shown(server, described):
    """The maps of the first layers have the sizes of the network's, and depend on image and epoch."""
    path = "/api/layers?network=0"
    layers = described("POST", path, server.post(path, png(three()))).json["layers"]
    assert layers[0]["name"] == "convolution 1"
    for layer in layers:
        assert 1 <= len(layer["maps"]) <= 16
        assert {len(one) for one in layer["maps"]} == {layer["height"] * layer["width"]}
    assert max(max(one) for one in layers[0]["maps"]) == 255
    assert server.post(f"{path}&epoch=1", png(three())).json["layers"] != layers
    assert server.post(path, png(three().rotate(90, fillcolor="white"))).json["layers"] != layers


def test_nearest_training_images_are_found(server, described, mnist):
    """A training image is nearest to itself; distances grow."""
    server.wait_for_images()
    shown = described("POST", "/api/nearest", server.post("/api/nearest", png(three()))).json["images"]
    assert len(shown) == 5
    assert sorted(one["distance"] for one in shown) == [one["distance"] for one in shown]
    own = np.array(shown[0]["pixels"], np.uint8).reshape(28, 28)
    assert any((own == image[0]).all() for image in mnist.train_images)


def test_examples_are_shown(server, described):
    """There is a test image of each class, with its label, then those that the networks read differently."""
    server.wait_for_images()
    images = described("GET", "/api/examples", server.get("/api/examples")).json["images"]
    assert {image["label"] for image in images[:10]} == set(range(10))
    assert 1 <= sum(image["disputed"] for image in images) <= 6
    assert all(image["disputed"] for image in images[10:])
    assert all(len(image["pixels"]) == 784 for image in images)


def test_several_files_go_together(server, described):
    """A form of files gives a result for each, and the error of one that is no image."""
    body, headers = form([("a.png", png(three())), ("b.txt", b"no image"), ("ä.png", png(three(ink="red")))])
    answer = described("POST", "/api/batch", server.ask("POST", "/api/batch", body, headers))
    results = answer.json["results"]
    assert [result["name"] for result in results] == ["a.png", "b.txt", "ä.png"]
    assert "no image" in results[1]["error"]
    alone = server.post("/api/predict", png(three())).json
    assert results[0]["answers"][0]["probabilities"] == pytest.approx(alone["answers"][0]["probabilities"], rel=1e-5)


def test_state_and_counts_are_told(server, described):
    """/healthz says that networks are ready, and /metrics counts requests by path and status."""
    assert described("GET", "/healthz", server.get("/healthz")).json["networks"] == {"0": "ready", "1": "ready"}
    server.get("/nowhere/else")
    text = described("GET", "/metrics", server.get("/metrics")).body.decode()
    assert 'mnist_compare_requests_total{path="/healthz",status="200"}' in text
    assert 'mnist_compare_requests_total{path="other",status="404"}' in text
    assert 'mnist_compare_network_state{network="0",label="numpy seed 0",state="ready"} 1' in text
    assert "nowhere" not in text


def test_answers_on_one_connection_come_at_once(server):
    """On a connection that is kept, no answer waits until the client has acknowledged its first part (40 ms)."""
    connection, taken = http.client.HTTPConnection(server.url.hostname, server.url.port), []
    for _ in range(20):
        begin = time.monotonic()
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        taken.append(time.monotonic() - begin)
    connection.close()
    assert sorted(taken)[5] < 0.03


def test_browsers_are_kept_strict(server):
    """Every answer, an error too, says that nothing from elsewhere is loaded, framed or guessed."""
    for answer in (server.get("/api/info"), server.get("/nothing"), server.post("/api/predict", b"")):
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_client_of_the_page_asks_a_server(server, tmp_path):
    """The example of the documents prints what each network says to a file."""
    (program,) = (
        match["text"] for match in FENCE.finditer((ROOT / "docs" / "serve.md").read_text()) if match["kind"] == "python"
    )
    (tmp_path / "client.py").write_text(program)
    (tmp_path / "3.png").write_bytes(png(three()))
    address = f"http://{server.url.hostname}:{server.url.port}"
    command = [sys.executable, "client.py", address, "3.png"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(" ms") == 2
    assert "numpy seed 0: " in done.stdout
