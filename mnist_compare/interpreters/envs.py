"""The environments that `envs create` has made: one folder each, which counts once it is marked as whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec
from filelock import Timeout
from platformdirs import user_data_path

from mnist_compare.errors import OutputError, UsageError, unknown
from mnist_compare.io.folder_lock import sole_holder

VARIABLE = "MNIST_COMPARE_ENVS"
MARKER = "mnist-compare-env.json"


class Env(msgspec.Struct, frozen=True):
    """An environment for the workers of one backend."""

    name: str
    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return python_of(self.folder)

    @property
    def marker(self) -> Path:
        """The file that is written last: without it, the environment was never finished."""
        return self.folder / MARKER

    @property
    def is_whole(self) -> bool:
        """Whether its creation has come to its end."""
        return self.marker.is_file()


def envs_folder() -> Path:
    """Where the environments are: the user's data folder, or what MNIST_COMPARE_ENVS says.

    Raises OutputError where the user has no home, and MNIST_COMPARE_ENVS names no other place.
    """
    named = os.environ.get(VARIABLE)
    try:
        place = Path(named).expanduser() if named else user_data_path("mnist-compare", appauthor=False) / "envs"
    except RuntimeError:
        raise OutputError(
            f"There is no home folder for environments: HOME is not set. Set it, or {VARIABLE}, to a folder."
        ) from None
    return place.absolute()


def env_of(backend: str) -> Env:
    """The environment of a backend, made or not."""
    return Env(backend, envs_folder() / backend)


def whole_env(backend: str) -> Env | None:
    """The environment of a backend, where it is made."""
    with suppress(OutputError):  # nobody without a home has made one
        env = env_of(backend)
        return env if env.is_whole else None
    return None


def made_envs() -> list[Env]:
    """The environments that are there, whole or not, by name."""
    place = envs_folder()
    found = [path for path in place.iterdir() if path.is_dir()] if place.is_dir() else []
    return [Env(path.name, path) for path in sorted(found)]


def python_of(folder: Path) -> Path:
    """The interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def remove_env(name: str) -> Env:
    """Delete an environment; raises UsageError where there is none of that name, OutputError where it stays."""
    made = {env.name: env for env in made_envs()}
    if not made:
        raise UsageError(f"Unknown environment {name!r}: none has been made in {envs_folder()} yet.")
    if name not in made:
        raise unknown("environment", name, made, f"They are in {envs_folder()}.")
    with sole_maker(made[name]):
        delete(made[name])
    return made[name]


def delete(env: Env) -> None:
    """Take the folder away, the marker first: what an interruption leaves is no environment any more."""
    try:
        env.marker.unlink(missing_ok=True)
        if env.folder.exists():
            shutil.rmtree(env.folder)
    except OSError as error:
        raise OutputError(f"Cannot delete {env.folder}: {error.strerror}.") from None


@contextmanager
def sole_maker(env: Env) -> Iterator[None]:
    """Keep a second command off the environment."""
    with ExitStack() as held:
        try:
            env.folder.parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(sole_holder(env.folder.with_name(f".{env.name}.lock")))  # the folder itself may go
        except Timeout:
            raise OutputError(f"Another command is at work on {env.folder}. Wait until it has ended.") from None
        except OSError as error:
            raise OutputError(f"Cannot write to {env.folder.parent}: {error.strerror}.") from None
        yield
