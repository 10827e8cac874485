"""`tune`: what it says of its trials, what it leaves, and what it refuses before anything starts."""

import msgspec
import pytest
from command_line import refusal, run_here

pytest.importorskip("optuna")

SPACE = """
backends = ["numpy"]
architectures = ["mlp"]
epochs = 2
threads = 1
train_size = 200
test_size = 50
hold_out = 0.2
trials = 9
pruner = "median"
[space]
learning_rate = { low = 0.001, high = 0.5, log = true }
batch_size = [10, 20]
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The folder of a study, and what its command has said."""
    folder = tmp_path_factory.mktemp("tune")
    (folder / "space.toml").write_text(SPACE)
    return folder, run_here("tune", "space.toml", "--output", "out", cwd=folder)


def test_the_command_tells_the_best_settings_and_tests_one(study):
    """It says beforehand what it does, and in the end which settings are best; the report says what decided."""
    folder, ended = study
    assert ended.returncode == 0, ended.stderr
    assert "9 trials of mlp in numpy, with 1 seed: at most 9 runs. Sampler tpe, pruned by median, over" in ended.stderr
    assert "Settings of mlp, judged on held-out training images" in ended.stdout
    assert "trained on all training images and tested once" in ended.stdout
    assert (folder / "out" / "space.toml").read_text() == SPACE
    for name in ("report.md", "report.html"):
        report = (folder / "out" / name).read_text()
        assert "The test set was not looked at." in report
        assert f"chosen/{name}" in report
    again = run_here("tune", "space.toml", "--output", "out", "--json", "--no-report", cwd=folder)
    assert again.returncode == 0, again.stderr
    found = msgspec.json.decode(again.stdout)
    assert (len(found["settings"]["mlp"]), len(found["chosen"]), found["left"]) == (9, 1, 0)
    assert sorted({number for run in found["records"] for number in run["trials"]}) == list(range(9))


def test_a_dry_run_trains_nothing(tmp_path):
    """It checks the space, says what would be done, and leaves no folder."""
    (tmp_path / "space.toml").write_text(SPACE)
    ended = run_here("tune", "space.toml", "--name", "mine", "--trials", "3", "--dry-run", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("3 trials of mlp in numpy")
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("low = 0.001", "low = 0.0", "log = true, for which low must be above 0"),
        ("low = 0.001", "low = -1.0", "low must be above 0"),
        ("log = true", "log = false, step = 9", "must have a step above 0"),
        ("high = 0.5", "high = 0.0001", "must have a low below its high"),
        ("batch_size = [10, 20]", "batch_size = [10, 0]", "Setting batch_size = 0, learning_rate = 0.001"),
        ("batch_size", "batchsize", "'batchsize'. Did you mean 'batch_size'?"),
        ("batch_size = [10, 20]", "optimizer = ['sgd', 'adm']", "Unknown optimizer 'adm'. Did you mean 'adam'?"),
        ('["mlp"]', '["mlp", "cnn"]', "A study is of one network"),
        ('["numpy"]', '["nump"]', "Unknown backend 'nump'"),
        ("epochs = 2", "epochs = 1", "pruner median compares trials after their first epochs, and these have 1"),
        ("trials = 9", "trials = 0", "trials must be"),
        ("hold_out = 0.2", 'mode = "both"', "A study has one mode and one tuning"),
        ("hold_out = 0.2", "hold_out = 0", "hold_out must be above 0"),
        ("hold_out = 0.2", "tirals = 3", "tirals is no field here (did you mean trials?"),
        ("[space]", "[spaces]", "nothing varies in it. Write [space]"),
        (SPACE, "[space", "space.toml does not describe a study"),
    ],
)
def test_what_cannot_be_meant_is_said_before_anything_is_written(tmp_path, old, new, told):
    """The message says what is wrong and what is valid; there is no folder."""
    (tmp_path / "space.toml").write_text(SPACE.replace(old, new))
    assert told in refusal(run_here("tune", "space.toml", "--output", "out", cwd=tmp_path))
    assert not (tmp_path / "out").exists()


def test_a_database_that_does_not_answer(tmp_path):
    """It is said at once, without its password, and nothing is written; so is a folder of something else."""
    (tmp_path / "space.toml").write_text(SPACE)
    address = "postgresql://me:secret@127.0.0.1:9/studies"
    message = refusal(run_here("tune", "space.toml", "--output", "out", "--storage", address, cwd=tmp_path))
    assert "postgresql://me@127.0.0.1:9/studies" in message
    assert "secret" not in message
    assert not (tmp_path / "out").exists()
    message = refusal(run_here("tune", "space.toml", "--output", "out", "--storage", "nosql://host/x", cwd=tmp_path))
    assert "cannot be used for a study" in message
    assert "holds no study" in refusal(run_here("tune", "space.toml", "--output", ".", cwd=tmp_path))


def test_no_password_gets_into_a_record(tmp_path):
    """The command in a record, from which reports are made, has the address of a database without the password."""
    from mnist_compare.runner.provenance import command_line

    typed = ["mnist-compare", "tune", "s.toml", "--storage", "postgresql://me:se@cret@host/db?password=secret"]
    assert command_line(typed).endswith("'postgresql://me:***@host/db?password=***'")
