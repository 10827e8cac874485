import pytest
from other_python import add_adapter, add_framework, make_python


@pytest.fixture(scope="session")
def here(tmp_path_factory):
    """The backend `mine` with its framework 1.5: a folder to be installed beside this interpreter."""
    folder = tmp_path_factory.mktemp("here")
    add_adapter(folder)
    add_framework(folder, "1.5")
    return folder


@pytest.fixture(scope="session")
def adapter(tmp_path_factory):
    """The backend `mine` without its framework."""
    folder = tmp_path_factory.mktemp("adapter")
    add_adapter(folder)
    return folder


@pytest.fixture(scope="session")
def there(tmp_path_factory):
    """An environment that has `mine` with its framework 1.6, and none of the real frameworks."""
    folder = tmp_path_factory.mktemp("there") / "environment"
    place = make_python(folder)
    add_adapter(place)
    add_framework(place, "1.6")
    return folder
