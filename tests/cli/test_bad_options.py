import pytest
from command_line import LINEAR, refusal, run_here

OPTIONS = {
    "backend": (["-b", "pytroch"], ["'pytroch'", "Did you mean 'torch'?", "numpy"]),
    "one of two backends": (["-b", "numpy,nunpy"], ["'nunpy'", "Did you mean 'numpy'?"]),
    "architecture": (["-a", "lenett"], ["'lenett'", "Did you mean 'lenet'?", "alexnet", ".toml"]),
    "missing file": (["-a", "nowhere.toml"], ["nowhere.toml", "No such file"]),
    "recipe": (["--recipe", "mlpp"], ["'mlpp'", "Did you mean 'mlp'?"]),
    "missing recipe": (["--recipe", "nowhere.toml"], ["nowhere.toml", "No such file"]),
    "recipe of other output": (["--recipe", "cnn"], ["cross_entropy", "'linear'", "logits", "number"]),
    "network of other output": (["-a", "cnn", "--recipe", "linear"], ["mean_squared_error", "'cnn'"]),
    "device": (["--device", "tpu"], ["'tpu'", "auto, cpu, gpu, gpu:N"]),
    "device number": (["--device", "gpu:x"], ["'gpu:x'", "gpu:N"]),
    "batch size": (["--batch-size", "0"], ["batch_size", "from 1 to", "it is 0"]),
    "negative epochs": (["--epochs", "-1"], ["epochs", "from 0 to", "it is -1"]),
    "epochs": (["--epochs", "x"], ["--epochs", "whole number", "documented", "'x'"]),
    "half epochs": (["--epochs", "1.5"], ["--epochs", "whole number"]),
    "learning rate nan": (["--learning-rate", "nan"], ["learning_rate", "nan"]),
    "learning rate inf": (["--learning-rate", "inf"], ["learning_rate", "inf"]),
    "learning rate": (["--learning-rate", "abc"], ["--learning-rate", "'abc'"]),
    "negative rate": (["--lr", "-0.1"], ["learning_rate", "at least 0", "-0.1"]),
    "large rate": (["--lr", "1e300"], ["learning_rate", "1e+300", "3.4e+38"]),
    "tiny rate": (["--lr", "1e-320"], ["learning_rate", "1e-320", "1.2e-38"]),
    "train size": (["--train-size", "0"], ["train", "size", "1 to 60,000"]),
    "large train size": (["--train-size", "60001"], ["60,001", "1 to 60,000"]),
    "test size": (["--test-size", "10001"], ["10,001", "1 to 10,000"]),
    "validation": (["--validation", "60000"], ["validation", "0 to 59,999"]),
    "too much of both": (["--train-size", "59000", "--validation", "2000"], ["59,000", "1 to 58,000"]),
    "subset seed": (["--subset-seed", "-1"], ["seed", "-1"]),
    "threads": (["--threads", "0"], ["threads must be from 1 to 1024", "it is 0"]),
    "seeds": (["--seeds", "x"], ["--seeds", "0-4", "'x'"]),
    "no seeds": (["--seeds", " , "], ["--seeds", "0-4", "' , '"]),
    "same seeds": (["--seeds", "1,0,1"], ["once", "1, 0, 1"]),
    "seeds backwards": (["--seeds", "3-1"], ["--seeds", "3-1"]),
    "negative seed": (["--seeds", "-1"], ["--seeds", "-1"]),
    "too many seeds": (["--seeds", "0-99999999999"], ["--seeds", "10,000"]),
    "precision": (["--precision", "float16"], ["--precision", "float32", "bfloat16"]),
    "normalization": (["--normalization", "none"], ["--normalization", "unit", "standard"]),
    "tuning": (["--tuning", "plane"], ["'plane'", "Did you mean 'plain'?", "Valid: tuned, plain, both, relu-behind-"]),
    "pass": (["--tuning", "bias-rows+flat"], ["'flat'", "Join passes by +"]),
    "pass of another backend": (["-b", "numpy", "--tuning", "bias-rows"], ["'numpy'", "Valid with it: tuned, plain."]),
    "optimizer": (["--optimizer", "admm"], ["'admm'", "Did you mean 'adam'?"]),
    "schedule": (["--schedule", "cosin"], ["'cosin'", "Did you mean 'cosine'?"]),
    "data set": (["--dataset", "nowhere"], ["'nowhere'", "mnist", "list readers", "No file or folder"]),
    "folder without data": (["--dataset", "."], ["'.'", "It is an empty folder.", "list readers"]),
    "name": (["--name", "../up"], ["--name", "'../up'"]),
    "empty name": (["--name", ""], ["--name"]),
    "name and output": (["--name", "x", "--output", "y"], ["--output", "--name"]),
    "option": (["--epoch-count", "3"], ["--epoch-count"]),
    "extra": (["extra"], ["extra"]),
}

COMMANDS = {
    "no backend": (["run", "-b", ","], ["--backends"]),
    "command": (["trian"], ["'trian'"]),
    "nothing to show": (["show"], ["ARCHITECTURE"]),
    "show": (["show", "cnm"], ["'cnm'", "Did you mean 'cnn'?"]),
    "list": (["list", "devices"], ["'devices'", "backends"]),
    "samples of nothing": (["samples", "--dataset", "nowhere"], ["'nowhere'"]),
    "no samples": (["samples", "--count", "0"], ["--count", "from 1 to"]),
    "too many samples": (["samples", "--count", "5000"], ["--count", "1000"]),
    "predict with nothing": (["predict", "image.png"], ["--run"]),
    "predict nothing": (["predict", "--run", "out"], ["image files"]),
    "report": (["report", "nowhere"], ["nowhere", "results.jsonl"]),
}


@pytest.mark.parametrize(("options", "words"), OPTIONS.values(), ids=OPTIONS)
def test_options_that_cannot_be_meant_are_refused(tmp_path, options, words):
    """A wrong option ends with one paragraph that names it and what is valid, before anything is written."""
    output = [] if "--name" in options else ["--output", "out"]
    message = refusal(run_here(*LINEAR, *output, *options, cwd=tmp_path))
    assert all(word in message for word in words), message
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("arguments", "words"), COMMANDS.values(), ids=COMMANDS)
def test_commands_that_cannot_be_meant_are_refused(tmp_path, arguments, words):
    """A wrong command ends with one paragraph that names what is wrong, before anything is written."""
    message = refusal(run_here(*arguments, cwd=tmp_path))
    assert all(word in message for word in words), message
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["file", "file/out", "/proc/nowhere/out"])
def test_output_that_cannot_be_written_is_refused(tmp_path, place):
    """A folder that cannot be made is refused by its name, and a file in its place stays as it is."""
    (tmp_path / "file").write_text("mine")
    message = refusal(run_here(*LINEAR, "--output", place, cwd=tmp_path))
    assert place in message
    assert "--output" in message
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("place", ["file/grid", "/proc/nowhere/grid"])
def test_samples_that_cannot_be_written_are_refused(tmp_path, place):
    """The same goes for the grid of `samples`."""
    (tmp_path / "file").write_text("mine")
    assert place in refusal(run_here("samples", "--output", place, cwd=tmp_path))
