"""`--tuning`: what is tuned and what is plain, on the command line."""

import json

from command_line import LINEAR, run_cli
from PIL import Image, ImageDraw

TORCH = tuple("torch" if word == "numpy" else word for word in LINEAR)


def test_tuned_and_plain_networks_are_told_apart(tmp_path):
    """`run` and `predict` say which is plain; what is tuned, which is the default, goes without saying."""
    result = run_cli(*TORCH, "--tuning", "both", "--output", "out", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "[1/2] torch linear seed 0: epoch 1/1" in result.stderr
    assert "[2/2] torch linear plain seed 0: epoch 1/1" in result.stderr
    image = Image.new("L", (100, 100), 255)
    ImageDraw.Draw(image).line((50, 20, 50, 80), fill=0, width=8)
    image.save(tmp_path / "one.png")
    shown = run_cli("predict", "one.png", "--run", "out", cwd=tmp_path).stdout
    assert "torch linear matched       seed 0" in shown
    assert "torch linear matched plain seed 0" in shown
    networks = json.loads(run_cli("predict", "one.png", "--run", "out", "--json", cwd=tmp_path).stdout)
    assert [network["tuning"] for network in networks] == ["tuned", "plain"]
