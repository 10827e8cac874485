import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from mnist_compare.architecture.classic import CLASSIC, IMAGENET
from mnist_compare.architecture.classic.resnet import resnet, resnet_imagenet
from mnist_compare.architecture.documented import ARCHITECTURES, default_recipe
from mnist_compare.cli import cli
from mnist_compare.errors import ArchitectureError
from mnist_compare.library import compare

PUBLISHED = {
    "resnet18_imagenet": 11_689_512,
    "resnet34_imagenet": 21_797_672,
    "resnet50_imagenet": 25_557_032,
    "vgg16_imagenet": 138_357_544,
    "vgg19_imagenet": 143_667_240,
    "googlenet_imagenet": 13_004_888,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_as_many_parameters_as_published(name):
    """In their published size the classic networks have the numbers that torchvision states."""
    assert IMAGENET[name].parameter_count == PUBLISHED[name]
    assert IMAGENET[name].shaped_layers[-1].output_shape == (1000,)


def test_deeper_residual_networks_by_the_same_function():
    """101 and 152 layers are those of the published tables too."""
    assert resnet_imagenet(101).parameter_count == 44_549_160
    assert resnet_imagenet(152).parameter_count == 60_192_808
    assert resnet(152).shaped_layers[-1].output_shape == (10,)


@pytest.mark.parametrize("name", CLASSIC)
def test_small_ones_take_the_digits(name):
    """Each classic network is there for images of 28x28 and ten classes, with a recipe and its source."""
    network = CLASSIC[name]
    assert network.alone.classes == 10
    assert network.shaped_layers[-1].output_shape == (10,)
    assert default_recipe(network).loss == "cross_entropy"
    assert network.source


def test_the_page_has_their_names_and_numbers():
    """docs/networks.md lists every one of them with the parameters that it has."""
    page = (Path(__file__).parents[1] / "docs/networks.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \|.*?([\d,]{5,}) \|", page, re.M)
    assert dict(rows) == {name: f"{one.parameter_count:,}" for name, one in (CLASSIC | IMAGENET).items()}


def test_all_are_those_of_the_documents():
    """`all` does not train networks that take hours."""
    assert not {*CLASSIC, *IMAGENET} & {*ARCHITECTURES}


def test_a_network_for_other_images_is_not_trained(tmp_path):
    """It is shown and counted; a comparison says what is in the way."""
    with pytest.raises(ArchitectureError, match="takes 3x224x224, but the data are 1x28x28"):
        compare("numpy", "resnet18_imagenet", output=tmp_path / "out")
    shown = CliRunner().invoke(cli, ["show", "resnet18_imagenet"])
    assert "11,689,512 parameters" in shown.stdout
    assert not (tmp_path / "out").exists()
