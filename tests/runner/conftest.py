import pytest
from third_party import ASKED, plant_slow, run_cli


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A place with the finished comparison of ASKED in `out`, which nothing has disturbed."""
    place = tmp_path_factory.mktemp("finished")
    plant_slow(place)
    (place / "go").touch()
    code, _, err = run_cli(*ASKED, cwd=place, installed=place / "installed", report=True)
    assert code == 0, err
    return place
