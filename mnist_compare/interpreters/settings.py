"""`mnist-compare.toml` in the current folder: what a user would otherwise say with every command."""

from pathlib import Path

import msgspec

from mnist_compare.errors import UsageError
from mnist_compare.io.toml import read_toml

SETTINGS_FILE = "mnist-compare.toml"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file's tables: [python] has the interpreter, or the environment's folder, of each backend it names."""

    python: dict[str, str] = {}


def read_settings() -> Settings:
    """The settings of the current folder; without the file, none. Raises UsageError for what it cannot hold."""
    path = Path(SETTINGS_FILE)
    if not path.exists():
        return Settings()
    valid = ' Valid: one table, [python], with lines such as keras = "/opt/keras/bin/python".'
    return read_toml(path, Settings, "settings", UsageError, valid)
