import msgspec
import pytest

from mnist_compare.errors import UsageError
from mnist_compare.io.decoding import decode_json
from mnist_compare.recipe import RECIPES, SGD, Adadelta, Adam, AdamW, Recipe, Standardize, find_recipe
from mnist_compare.recipe.schedules import Constant, Cosine, OneCycle, Plateau, Step

NAN, INF = float("nan"), float("inf")
DOCUMENTED = {
    "linear": ("mean_squared_error", SGD(learning_rate=0.001), 16, 10, True),
    "mlp": ("cross_entropy", SGD(learning_rate=0.01), 20, 30, False),
    "cnn": ("cross_entropy", Adam(learning_rate=0.001), 60, 10, True),
    "lenet": ("cross_entropy", Adam(learning_rate=0.001), 32, 10, True),
    "convnet": ("cross_entropy", SGD(learning_rate=0.01), 64, 50, True),
}

EXAMPLES = {
    "pytorch_example": (Adadelta(1.0, rho=0.9, epsilon=1e-6), 64, 14, Standardize(0.1307, 0.3081), 0.0),
    "keras_example": (Adam(0.001), 128, 15, "unit", 0.1),
    "paddle_example": (Adam(0.001), 64, 5, Standardize(0.5, 0.5), 0.0),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_recipes_of_the_frameworks_examples(name):
    """Each example is trained as its framework has published it; PyTorch's multiplies its rate by 0.7 every epoch."""
    recipe = find_recipe(name)
    found = (recipe.optimizer, recipe.batch_size, recipe.epochs, recipe.normalization, recipe.validation_split)
    assert found == EXAMPLES[name]
    rates = [recipe.learning_rates(epoch, 2).tolist() for epoch in range(3)]
    decay = 0.7 if name == "pytorch_example" else 1.0
    assert rates == [[recipe.optimizer.learning_rate * decay**epoch] * 2 for epoch in range(3)]


@pytest.mark.parametrize("name", DOCUMENTED)
def test_documented_recipes(name):
    """Every documented recipe trains as its document says: constant learning rate, pixels / 255, float32."""
    recipe = find_recipe(name)
    assert (recipe.loss, recipe.optimizer, recipe.batch_size, recipe.epochs, recipe.shuffle) == DOCUMENTED[name]
    assert (recipe.schedule, recipe.normalization, recipe.precision) == (Constant(), "unit", "float32")


def test_documented_optimizers_are_plain():
    """Documented SGD has no momentum and no decay; documented Adam has the values of its paper."""
    assert SGD() == SGD(0.01, momentum=0.0, nesterov=False, weight_decay=0.0)
    assert Adam() == Adam(0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0)


def test_an_unknown_recipe_suggests_the_nearest():
    """A misspelt recipe is a UsageError with the nearest name and the valid ones."""
    assert RECIPES.keys() == DOCUMENTED.keys() | {"speedrun", "classic", "imagenet"} | EXAMPLES.keys()
    with pytest.raises(
        UsageError, match=r"'convnett'. Did you mean 'convnet'\? Valid: linear, mlp, cnn, lenet, convnet"
    ):
        find_recipe("convnett")


@pytest.mark.parametrize(
    ("images", "batch", "steps"), [(60_000, 64, 938), (60_000, 60, 1000), (10, 64, 1), (65, 64, 2)]
)
def test_the_last_batch_is_kept(images, batch, steps):
    """An epoch has a step for every batch, the smaller last one included."""
    assert Recipe(batch_size=batch).steps_per_epoch(images) == steps


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (Recipe(batch_size=0), r"batch_size must be from 1 to 1,000,000 \(it is 0\)"),
        (Recipe(epochs=-1), r"epochs must be from 0 to 100,000 \(it is -1\)"),
        (Recipe(optimizer=SGD(NAN)), r"learning_rate must be a number of at least 0 \(it is nan\)"),
        (Recipe(optimizer=Adam(INF)), "learning_rate must be a number"),
        (Recipe(optimizer=AdamW(-0.1)), "learning_rate must be a number"),
        (Recipe(optimizer=SGD(nesterov=True)), r"nesterov needs a momentum above 0 \(it is 0.0\)"),
        (Recipe(optimizer=SGD(momentum=1.0)), r"momentum must be at least 0 and below 1 \(it is 1.0\)"),
        (Recipe(optimizer=SGD(weight_decay=-1.0)), "weight_decay must be a number of at least 0"),
        (Recipe(optimizer=Adam(beta1=1.0)), "beta1 must be at least 0 and below 1"),
        (Recipe(optimizer=AdamW(beta2=NAN)), "beta2 must be at least 0 and below 1"),
        (Recipe(optimizer=Adam(epsilon=0.0)), "epsilon must be between 0 and 1"),
        (Recipe(normalization=Standardize(0.1, 0.0)), r"normalization.std must be from 0.001 to 1,000 \(it is 0.0\)"),
        (Recipe(normalization=Standardize(NAN, 1.0)), "normalization.mean must be from -1,000 to 1,000"),
        (Recipe(normalization=Standardize("a", 1.0)), "normalization.mean must be a number"),
        (Recipe(clip_norm=0.0), r"clip_norm must be from 0.000001 to 1,000,000 \(it is 0.0\)"),
        (Recipe(clip_value=INF), "clip_value must be from 0.000001 to 1,000,000"),
        (Recipe(validation_split=1.0), r"validation_split must be at least 0 and below 1 \(it is 1.0\)"),
        (Recipe(label_smoothing=1.0), "label_smoothing must be at least 0 and below 1"),
        (Recipe(loss="mean_squared_error", label_smoothing=0.1), "label_smoothing needs the loss cross_entropy"),
        (Recipe(class_weights=(1.0,)), "class_weights must be numbers from 0.000001 to 1,000,000, one for each class"),
        (Recipe(warmup=-1), "warmup must be from 0"),
        (Recipe(normalization="none"), 'normalization "none" is unknown'),
        (Recipe(schedule=Plateau(patience=-1)), r"schedule \(plateau\): patience must be at least 1"),
        (Recipe(schedule=Step(every=0)), "every must be at least 1"),
        (Recipe(schedule=Step(factor=NAN)), "factor must be a number"),
        (Recipe(schedule=Cosine(final=2.0)), "final must be from 0 to 1"),
        (Recipe(schedule=OneCycle(warmup=1.0)), r"schedule \(one_cycle\): warmup must be at least 0 and below 1"),
        (Recipe(schedule=OneCycle(start=0.5)), "start must be a number of at least 1"),
        (Recipe(schedule=OneCycle(final=0.0)), "final must be a number of at least 1"),
    ],
)
def test_a_recipe_that_cannot_be(recipe, message):
    """A value that cannot be meant is a UsageError that names it and what is valid."""
    with pytest.raises(UsageError, match=message):
        recipe.check()


RANGE = r"must be 0, or from 1.2e-38 to 3.4e\+38 in size, as float32 has them"


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (Recipe(optimizer=SGD(1e300)), rf"learning_rate {RANGE} \(it is 1e\+300\)"),
        (Recipe(optimizer=SGD(10**300)), rf"learning_rate {RANGE} \(it is 10000"),
        (Recipe(optimizer=SGD(1e-320)), rf"learning_rate {RANGE} \(it is 1e-320\)"),
        (Recipe(optimizer=Adam(1e-40)), rf"learning_rate {RANGE} \(it is 1e-40\)"),
        (Recipe(optimizer=SGD(momentum=1e-50)), rf"momentum {RANGE} \(it is 1e-50\)"),
        (Recipe(optimizer=AdamW(weight_decay=1e39)), rf"weight_decay {RANGE} \(it is 1e\+39\)"),
        (Recipe(optimizer=Adam(epsilon=1e-60)), rf"epsilon {RANGE} \(it is 1e-60\)"),
        (Recipe(optimizer=Adam(beta1=1 - 1e-12)), r"beta1 must be .* below 1 as a float32.* \(it is 0.999999999999\)"),
        (Recipe(optimizer=SGD(momentum=1 - 1e-12)), r"momentum must be .* below 1 as a float32"),
        (Recipe(optimizer=Adam(epsilon=1 - 1e-12)), r"epsilon must be between 0 and 1 as a float32"),
        (Recipe(schedule=Step(factor=1e-320)), rf"schedule \(step\): factor {RANGE} \(it is 1e-320\)"),
        (
            Recipe(schedule=Step(every=1, factor=1e20), epochs=4),
            r"factor must not take the learning rate above 3.4e\+38",
        ),
        (Recipe(schedule=Cosine(final=1e-200)), rf"final {RANGE} \(it is 1e-200\)"),
        (Recipe(schedule=OneCycle(start=1e200)), rf"start {RANGE} \(it is 1e\+200\)"),
        (Recipe(schedule=OneCycle(warmup=1 - 1e-12)), "warmup must be at least 0 and below 1 as a float32"),
    ],
)
def test_a_number_that_float32_does_not_have(recipe, message):
    """A number that would become 0, 1 or infinite where frameworks keep it as float32 is named as it was given."""
    with pytest.raises(UsageError, match=message):
        recipe.check()


def test_the_numbers_that_float32_has_are_valid():
    """The largest and the smallest number of float32 are valid, and so is 0 where 0 is."""
    for rate in (0.0, 3.4e38, 1.18e-38):
        assert Recipe(optimizer=SGD(rate, momentum=0.99999, weight_decay=rate)).check()
    assert Recipe(schedule=Step(every=1, factor=1e20), epochs=2).check()


def test_a_recipe_without_clipping_is_written_as_ever():
    """Fields that came later stand in no file where they are as by default, so that old records keep their keys."""
    written = msgspec.json.encode(Recipe())
    assert b"source" in written
    assert b"clip" not in written
    again = decode_json(
        written[:-1] + b',"label_smoothing":0.0,"class_weights":[],"warmup":0,"validation_split":0.0}', Recipe
    )
    assert msgspec.json.encode(again) == written
    clipped = Recipe(clip_norm=1.0, class_weights=[1.0] * 10)
    assert decode_json(msgspec.json.encode(clipped), Recipe) == clipped


def test_all_problems_at_once():
    """A recipe with several mistakes gets one error that lists them all."""
    recipe = Recipe("bad", optimizer=SGD(NAN, nesterov=True), schedule=Step(every=0), batch_size=0, epochs=-3)
    with pytest.raises(UsageError, match="Recipe 'bad'") as error:
        recipe.check()
    assert all(word in str(error.value) for word in ("batch_size", "epochs", "learning_rate", "nesterov", "every"))


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_good_recipe_comes_back(name):
    """Checking a recipe that is right gives the recipe itself, zero epochs included."""
    recipe = msgspec.structs.replace(RECIPES[name], epochs=0)
    assert recipe.check() is recipe


def test_changes_of_the_command_line():
    """Changes replace what they name, be it a field, an optimizer, a schedule or the learning rate, and no more."""
    changed = RECIPES["mlp"].changed(optimizer="nesterov", schedule="cosine", learning_rate=0.3, epochs=2, shuffle=None)
    assert changed.optimizer == SGD(0.3, momentum=0.9, nesterov=True)
    assert (changed.schedule, changed.epochs) == (Cosine(), 2)
    assert (changed.shuffle, changed.batch_size) == (False, 20)
    assert RECIPES["mlp"].changed() == RECIPES["mlp"]
    with pytest.raises(UsageError, match=r"Unknown part of a recipe 'lr'. Did you mean 'learning_rate'"):
        RECIPES["mlp"].changed(lr=0.3)
    assert RECIPES["cnn"].changed(learning_rate=0.5).optimizer == Adam(0.5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"optimizer": "adamm"}, r"Unknown optimizer 'adamm'. Did you mean 'adamw?'\?"),
        ({"schedule": "cosin"}, r"Unknown schedule 'cosin'. Did you mean 'cosine'\?"),
        ({"batch_size": 0, "learning_rate": NAN}, "batch_size .*; learning_rate "),
    ],
)
def test_changes_that_cannot_be(changes, message):
    """A change to something that does not exist or cannot be is a UsageError."""
    with pytest.raises(UsageError, match=message):
        RECIPES["cnn"].changed(**changes)


def test_a_recipe_from_a_file(tmp_path):
    """A TOML file describes a recipe; what is wrong in it is a UsageError that names the file or the value."""
    path = tmp_path / "recipe.toml"
    path.write_text('name = "mine"\nbatch_size = 8\n[optimizer]\ntype = "sgd"\nmomentum = 0.5\n')
    assert find_recipe(str(path)) == Recipe("mine", optimizer=SGD(momentum=0.5), batch_size=8)
    path.write_text("normalization = { mean = 0.5, std = 0.25 }")
    assert find_recipe(str(path)).phrases["normalization"] == "(pixels / 255 - 0.5) / 0.25"
    for content, message in (
        ("normalization = { mean = 0.5 }", "line 1: normalization.std is missing"),
        ("batch_size = 0", r"recipe.toml: Recipe .custom.: batch_size must be from 1"),
        (
            "batchsize = 8",
            "recipe.toml does not describe a recipe: line 1: batchsize is no field here .did you mean batch_size",
        ),
        ("precision = 'float16'", 'precision "float16" is unknown .did you mean "bfloat16"'),
        ("= 1", "recipe.toml does not describe a recipe"),
        ("#" * 100_001, "is larger than 100,000 bytes"),
    ):
        path.write_text(content)
        with pytest.raises(UsageError, match=message):
            find_recipe(str(path))
    with pytest.raises(UsageError, match=r"Cannot read the recipe .*: No such file"):
        find_recipe(str(tmp_path / "none.toml"))


@pytest.mark.parametrize("name", DOCUMENTED)
def test_recipes_in_words(name):
    """A recipe in words tells its loss, optimizer, learning rate, batches and epochs."""
    loss, optimizer, batch, epochs, shuffle = DOCUMENTED[name]
    words = RECIPES[name].describe()
    assert words.startswith({"cross_entropy": "cross-entropy, "}.get(loss, loss.replace("_", " ")))
    assert f"{optimizer.title} (learning rate {optimizer.learning_rate:g}" in words
    assert f"batches of {batch}, {'shuffled' if shuffle else 'not shuffled'}, " in words
    assert f"{epochs} epochs, float32" in words


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": -1}, "epochs must be from 0 to 100,000 (it is -1)."),
        (
            {"batch_size": 0, "learning_rate": -1.0},
            "batch_size must be from 1 to 1,000,000 (it is 0); learning_rate ",
        ),
        ({"precision": "float16"}, 'precision "float16" is unknown'),
        ({"optimizer": SGD(momentum=1.0)}, "optimizer (sgd): momentum must be at least 0 and below 1 (it is 1.0)."),
    ],
)
def test_an_option_that_cannot_be_is_no_fault_of_the_recipe(changes, message):
    """The recipe is named only where the fault may be one of its own."""
    with pytest.raises(UsageError) as caught:
        RECIPES["cnn"].changed(**changes)
    assert str(caught.value).startswith(message)
