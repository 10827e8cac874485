import shutil

import msgspec
import pytest
from command_line import LINEAR, contents, refusal, run_here


@pytest.fixture(scope="module")
def linear(tmp_path_factory):
    """A comparison of one small run."""
    place = tmp_path_factory.mktemp("linear")
    assert run_here(*LINEAR, "--output", "out", cwd=place, report=True).returncode == 0
    return place / "out"


@pytest.fixture
def copy(linear, tmp_path):
    shutil.copytree(linear, tmp_path / "out")
    return tmp_path / "out"


def test_same_command_keeps_what_is_finished(own_copy, finished, tmp_path):
    """The same command again trains nothing, adds no record, changes no file, and shows the same results."""
    before = contents(own_copy)
    result = run_here(*finished.asked, "--output", "out", cwd=tmp_path, report=True)
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("already done") == 4
    assert "train loss" not in result.stderr
    assert result.stdout == finished.result.stdout
    assert contents(own_copy) == before


def test_force_trains_again_and_the_newest_record_counts(copy, tmp_path):
    """--force adds a line per run, of the same numbers, and marks the older; tables show the newer one alone."""
    (before,) = map(msgspec.json.decode, (copy / "results.jsonl").read_bytes().splitlines())
    result = run_here(*LINEAR, "--output", "out", "--force", "--json", cwd=tmp_path, report=True)
    after = (copy / "results.jsonl").read_bytes()
    old, new = map(msgspec.json.decode, after.splitlines())
    moved = before["weights"].replace("/epoch", "-superseded-1/epoch")
    assert old == before | {"superseded": True, "weights": moved}
    assert not new["superseded"]
    assert (copy / moved).read_bytes() == (copy / new["weights"]).read_bytes()
    assert old["key"] == new["key"]
    assert old["finished"] <= new["finished"]
    assert msgspec.json.decode(result.stdout)["records"] == [new | {"test": new["test"] | {"predictions": None}}]
    assert (copy / "results.csv").read_text().count("\n") == 2
    for field in ("test_loss", "train_loss", "test", "weights_sha256"):
        assert old[field] == new[field]


def test_report_is_made_again_from_the_records(own_copy, finished, tmp_path):
    """When reports, table and figures are deleted, `report` makes all of them again, the reports byte for byte."""
    before = contents(own_copy)
    (own_copy / "report.md").unlink()
    (own_copy / "report.html").unlink()
    (own_copy / "results.csv").unlink()
    shutil.rmtree(own_copy / "figures")
    result = run_here("report", "out", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout == finished.result.stdout
    after = contents(own_copy)
    assert set(after) == set(before)
    for name in ("report.md", "report.html", "results.csv", "results.jsonl"):
        path = (own_copy / name).relative_to(own_copy)
        assert after[path] == before[path]


def test_report_of_a_moved_folder(copy, tmp_path):
    """A comparison can be moved: its report is made from the folder alone, and names no place outside of it."""
    before = (copy / "report.md").read_text()
    assert str(tmp_path) not in before
    copy.rename(tmp_path / "elsewhere")
    result = run_here("report", "elsewhere", "--json", cwd=tmp_path)
    assert msgspec.json.decode(result.stdout)["folder"] == "elsewhere"
    assert (tmp_path / "elsewhere" / "report.md").read_text() == before


def test_a_comparison_is_not_written_over_by_another(copy, tmp_path):
    """Another request does not go into a folder that holds a comparison, and leaves the folder as it was."""
    before = contents(copy)
    message = refusal(run_here(*LINEAR, "--batch-size", "50", "--output", "out", cwd=tmp_path))
    assert "another comparison" in message
    assert "--output" in message
    assert contents(copy) == before


def test_a_comparison_takes_further_seeds(copy, tmp_path):
    """The same command with other seeds adds them to the folder, in any order; it shows all, and repeats none."""
    for seeds, done in (("5,", 0), ("2", 1), ("0,1,5", 3)):
        result = run_here(*LINEAR, "--seeds", seeds, "--output", "out", cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        assert result.stderr.count("already done") == done
    records = [msgspec.json.decode(line) for line in (copy / "results.jsonl").read_bytes().splitlines()]
    assert [record["seed"] for record in records] == [0, 5, 1]
    assert len(msgspec.json.decode((copy / "comparison.json").read_bytes())["runs"]) == 3
    assert "another comparison" in refusal(run_here(*LINEAR, "--seeds", "5,", "-b", "torch", "-o", "out", cwd=tmp_path))
    (copy / "comparison.json").unlink()
    assert run_here(*LINEAR, "--seeds", "5,", "--output", "out", cwd=tmp_path).returncode == 0


def test_a_foreign_folder_is_left_alone(tmp_path):
    """A folder with anything else in it is no place for a comparison."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "notes.txt").write_text("mine")
    message = refusal(run_here(*LINEAR, "--output", "notes", cwd=tmp_path))
    assert "notes is not empty" in message
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("command", [("report", "out"), (*LINEAR, "--output", "out"), ("predict", "--run", "out")])
def test_a_damaged_record_is_named_by_its_line(copy, tmp_path, command):
    """A line that is no record is named with its file and number, and nothing is written over."""
    whole = (copy / "results.jsonl").read_bytes()
    (copy / "results.jsonl").write_bytes(whole + whole[:500] + b"\n")
    before = contents(copy)
    if command[0] == "predict":
        shutil.copy(copy / "figures" / "samples.png", tmp_path / "image.png")
        command = (*command, "image.png")
    message = refusal(run_here(*command, cwd=tmp_path))
    assert "results.jsonl, line 2" in message
    assert contents(copy) == before


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"identity": 5}', b"\xff\xfe\x00"])
def test_a_damaged_comparison_file_is_named(copy, tmp_path, damage):
    """A comparison.json that cannot be read is named with what mends it, and the folder is left as it was."""
    (copy / "comparison.json").write_bytes(damage)
    before = contents(copy)
    message = refusal(run_here(*LINEAR, "--output", "out", cwd=tmp_path))
    assert "comparison.json" in message
    assert "Remove it" in message or "save it as UTF-8" in message
    assert contents(copy) == before


def test_a_comparison_file_that_is_missing_is_written_anew(copy, tmp_path):
    """Without comparison.json, the same command writes it again and keeps its runs; another command is refused."""
    before = contents(copy)
    (copy / "comparison.json").unlink()
    message = refusal(run_here(*LINEAR, "--batch-size", "50", "--output", "out", cwd=tmp_path))
    assert "the command that made them" in message
    result = run_here(*LINEAR, "--output", "out", cwd=tmp_path, report=True)
    assert result.returncode == 0, result.stderr
    assert "already done" in result.stderr
    assert contents(copy) == before


def test_what_mends_a_damaged_certificate_does(copy, tmp_path):
    """A damaged certificate is named with what to do, and where that is done the report is made."""
    (copy / "certificate").mkdir()
    (copy / "certificate" / "certificate.json").write_bytes(b"{")
    assert "Move its folder away" in refusal(run_here("report", "out", cwd=tmp_path))
    (copy / "certificate").rename(tmp_path / "away")
    assert run_here("report", "out", cwd=tmp_path).returncode == 0


def test_a_byte_order_mark_is_no_damage(copy, tmp_path):
    """An editor may have put one before comparison.json and results.jsonl: the runs are kept."""
    for name in ("comparison.json", "results.jsonl"):
        (copy / name).write_bytes(b"\xef\xbb\xbf" + (copy / name).read_bytes())
    result = run_here(*LINEAR, "--output", "out", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "already done" in result.stderr


def test_a_lost_weights_file_is_named(copy, tmp_path):
    """Where the weights of a record are gone, `predict` says which file it misses."""
    (weights,) = copy.rglob("epoch-001.safetensors")
    shutil.copy(copy / "figures" / "samples.png", tmp_path / "image.png")
    weights.unlink()
    assert "epoch-001.safetensors" in refusal(run_here("predict", "--run", "out", "--all", "image.png", cwd=tmp_path))
