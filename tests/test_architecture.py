import msgspec
import pytest

from mnist_compare.architecture import (
    Architecture,
    BatchNorm,
    ChannelDropout,
    Convolution,
    Dropout,
    Flatten,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    MaxPooling,
    ReLU,
)
from mnist_compare.architecture.documented import ARCHITECTURES, default_recipe, find_architecture
from mnist_compare.errors import ArchitectureError, UsageError
from mnist_compare.recipe import RECIPES, SGD

PARAMETERS = {
    "linear": 785,
    "mlp": 269_322,
    "cnn": 9_098,
    "lenet": 121_930,
    "convnet": 36_830,
    "alexnet": 56_826_570,
    "pytorch_example": 1_199_882,
    "keras_example": 34_826,
    "paddle_example": 61_610,
    "rnn": 21_386,
    "gru": 61_962,
    "lstm": 81_674,
    "vit": 71_946,
    "speedrun": 26_618,
}
SHAPES = {
    "speedrun": [
        (16, 24, 24),
        *[(16, 8, 8)] * 2,
        *[(32, 6, 6)] * 2,
        *[(48, 4, 4)] * 2,
        (768,),
        (10,),
    ],
    "linear": [(784,), (1,)],
    "mlp": [(784,), (256,), (256,), (256,), (256,), (10,)],
    "cnn": [
        *[(8, 28, 28)] * 2,
        (8, 14, 14),
        *[(16, 14, 14)] * 2,
        (16, 7, 7),
        (784,),
        (10,),
    ],
    "lenet": [
        *[(32, 26, 26)] * 2,
        (32, 13, 13),
        *[(64, 11, 11)] * 2,
        (64, 5, 5),
        (1600,),
        *[(64,)] * 2,
        (10,),
    ],
    "convnet": [
        (10, 26, 26),
        *[(10, 13, 13)] * 3,
        (20, 11, 11),
        *[(20, 5, 5)] * 3,
        (500,),
        *[(60,)] * 3,
        *[(20,)] * 3,
        (10,),
    ],
    "alexnet": [
        *[(64, 28, 28)] * 2,
        (64, 26, 26),
        *[(192, 28, 28)] * 2,
        (192, 13, 13),
        *[(384, 13, 13)] * 2,
        *[(256, 13, 13)] * 4,
        (256, 6, 6),
        *[(9216,)] * 2,
        *[(4096,)] * 5,
        (10,),
    ],
}


def network(*layers, **values):
    return Architecture("mine", layers, **values)


def test_the_documented_networks_are_all_there():
    """Exactly the documented networks, the frameworks' own examples and the project's own are offered."""
    assert ARCHITECTURES.keys() == PARAMETERS.keys()


@pytest.mark.parametrize("name", PARAMETERS)
def test_documented_parameter_counts(name):
    """Every documented network has the number of trained values of its document."""
    assert find_architecture(name).parameter_count == PARAMETERS[name]


@pytest.mark.parametrize("name", SHAPES)
def test_documented_shapes(name):
    """Every layer of a documented network gives the shape that its document says."""
    assert [shaped.output_shape for shaped in ARCHITECTURES[name].shaped_layers] == SHAPES[name]


def test_arrays_have_canonical_names_and_shapes():
    """Arrays are called <layer>.<array>, convolutions are OIHW, linear layers [out, in], in the order of the layers."""
    convnet = ARCHITECTURES["convnet"]
    assert list(convnet.parameters.items())[:5] == [
        ("conv1.weight", (10, 1, 5, 5)),
        ("conv1.bias", (10,)),
        ("norm1.weight", (10,)),
        ("norm1.bias", (10,)),
        ("conv2.weight", (20, 10, 5, 5)),
    ]
    assert convnet.parameters["linear1.weight"] == (60, 500)
    assert list(convnet.statistics) == [
        f"norm{number}.running_{value}" for number in (1, 2) for value in ("mean", "var")
    ]


def test_layers_without_bias_have_none():
    """A bias that is switched off is neither an array nor counted."""
    bare = network(Convolution(2, 3, bias=False), Flatten(), Linear(10, bias=False))
    assert list(bare.parameters) == ["conv1.weight", "linear1.weight"]
    assert bare.parameter_count == 2 * 9 + 10 * 2 * 26 * 26


def test_windows_that_do_not_fit_are_dropped():
    """Strides round down, as in all frameworks: a window that does not fit whole is left out."""
    shaped = network(
        Convolution(4, 4, padding=1, stride=3), MaxPooling(2, stride=3), Flatten(), Linear(10)
    ).shaped_layers
    assert [layer.output_shape for layer in shaped[:2]] == [(4, 9, 9), (4, 3, 3)]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ((), "has no layers"),
        ((Linear(10),), r"layer 1 \(linear1\), input 1x28x28: .*put a flatten layer before it"),
        ((Flatten(), Convolution(2, 3)), r"layer 2 \(conv1\), input 784: .*put it before flatten"),
        ((Flatten(), MaxPooling(2)), r"layer 2 \(pool1\), input 784: .*put it before flatten"),
        ((MaxPooling(9), ReLU(), Convolution(4, 5)), r"layer 3 \(conv1\), input 1x3x3: a window of 5x5 does not fit"),
        (
            (Convolution(8, 3), Convolution(8, 3, stride=0)),
            r"layer 2 \(conv2\), .*stride must be at least 1 \(it is 0\)",
        ),
        ((Convolution(8, 3, padding=-1),), r"padding must not be negative \(it is -1\)"),
        ((Convolution(0, 3),), r"channels must be at least 1 \(it is 0\)"),
        ((MaxPooling(2, stride=0),), r"stride must be at least 1 \(it is 0\)"),
        ((Flatten(), Linear(-3)), r"features must be at least 1 \(it is -3\)"),
        ((Dropout(1.0),), r"rate must be at least 0 and below 1 \(it is 1.0\)"),
        ((Dropout(float("nan")),), r"rate must be at least 0 and below 1 \(it is nan\)"),
        ((BatchNorm(momentum=0.0),), r"momentum must be above 0 and at most 1 \(it is 0.0\)"),
        ((BatchNorm(epsilon=0.0),), r"epsilon must be between 0 and 1 \(it is 0.0\)"),
        ((LayerNorm(epsilon=1.0),), r"epsilon must be between 0 and 1 \(it is 1.0\)"),
        ((Flatten(), InstanceNorm()), "it takes channels x height x width, but gets 784: put it before flatten"),
        ((Convolution(3, 28), InstanceNorm()), "and in 3x1x1 there is one value alone"),
        ((Convolution(3, 28), GroupNorm(3)), "it normalizes each group by itself"),
        ((Convolution(3, 28, bias=False), Flatten(), Linear(1), LayerNorm()), "in 1 there is one value alone"),
        ((Convolution(6, 3), GroupNorm(4)), r"groups must divide the channels, of which there are 6 \(it is 4\)"),
        ((GroupNorm(0),), r"groups must be at least 1 \(it is 0\)"),
        ((LocalResponseNorm(4),), r"size must be odd, so that there is a middle one \(it is 4\)"),
        ((LocalResponseNorm(3),), r"size must be at most 1, which takes in all channels \(it is 3\)"),
        ((LocalResponseNorm(1, alpha=-1.0),), r"alpha must be at least 0 \(it is -1.0\)"),
        ((LocalResponseNorm(1, k=0.0),), r"k must be above 0 \(it is 0.0\)"),
        ((ChannelDropout(1.0),), r"rate must be at least 0 and below 1 \(it is 1.0\)"),
        ((Flatten(), ChannelDropout(0.5)), "put it before flatten"),
        ((Flatten(), Linear(7)), r"ends in 7, but output = 'logits' needs 10"),
        ((Convolution(10, 28),), r"ends in 10x1x1, but output = 'logits' needs 10"),
        ((Flatten(), Linear(2_000_000), Linear(10)), r"has 1,\d+,\d+,\d+ parameters; at most 1,000,000,000"),
    ],
)
def test_layers_that_do_not_fit(layers, message):
    """A network that cannot be is an ArchitectureError that names the layer, the shape and the value."""
    with pytest.raises(ArchitectureError, match=message):
        _ = network(*layers).shaped_layers


def test_a_regression_ends_in_one_number():
    """A network whose output is a number ends in one feature, and only then."""
    assert network(Flatten(), Linear(1), output="number").parameter_count == 785
    with pytest.raises(ArchitectureError, match="ends in 10, but output = 'number' needs 1"):
        _ = network(Flatten(), Linear(10), output="number").shaped_layers


def test_an_unknown_name_suggests_the_nearest():
    """A misspelt network is a UsageError with the nearest name, the valid ones, and the way to a file."""
    with pytest.raises(UsageError, match=r"'lenett'. Did you mean 'lenet'\? Valid: linear, mlp, .*\.toml file"):
        find_architecture("lenett")


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_network_comes_with_the_recipe_of_its_document(name):
    """Without a recipe a network is trained as its document says; alexnet as convnet, those of sequences as cnn."""
    shared = {"alexnet": "convnet", "rnn": "cnn", "gru": "cnn", "lstm": "cnn", "vit": "cnn"}
    assert default_recipe(ARCHITECTURES[name]) == RECIPES[shared.get(name, name)]


def test_a_network_can_bring_its_own_recipe():
    """A recipe inside a network is checked, and used as it stands."""
    recipe = msgspec.structs.replace(RECIPES["mlp"], optimizer=SGD(0.5))
    assert default_recipe(network(Flatten(), Linear(10), recipe=recipe)) is recipe
    with pytest.raises(UsageError, match="batch_size"):
        default_recipe(network(Flatten(), Linear(10), recipe=msgspec.structs.replace(recipe, batch_size=0)))


def test_batch_norm_is_written_as_it_always_was():
    """Fields that came later are left out where they hold their default, so that old files and hashes mean the same."""
    assert msgspec.json.encode(BatchNorm()) == b'{"type":"batch_norm","momentum":0.1,"epsilon":0.00001}'
    assert BatchNorm(scale=False).parameters((8, 14, 14)) == {"bias": (8,)}
    assert BatchNorm(scale=False, shift=False).parameters((8,)) == {}
