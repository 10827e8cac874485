"""Values in words: numbers, facts, and the properties that tell two groups of runs apart."""

from pathlib import PurePath

from mnist_compare.records.spec import RunSpec

NOTHING = "–"  # noqa: RUF001 (an en dash is the usual sign for "no value" in a table)
MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def facets(spec: RunSpec, precision: str, device: str) -> dict[str, str]:
    """All by which runs of one architecture can differ, besides backend and seed: property -> its value in words."""
    recipe, phrases, data = spec.recipe, spec.recipe.phrases, spec.data
    return {
        "recipe": f"recipe {recipe.name}",
        "loss": phrases["loss"],
        "optimizer": recipe.optimizer.describe(rate=False),
        "learning rate": f"lr {recipe.optimizer.learning_rate:g}",
        "schedule": phrases["schedule"],
        "batch": phrases["batch"],
        "order": phrases["order"],
        "epochs": phrases["epochs"],
        "normalization": phrases["normalization"],
        "warm-up": phrases.get("warmup", "no warm-up"),
        "clipping": ", ".join(phrases[name] for name in ("clip_value", "clip_norm") if name in phrases)
        or "no clipping",
        "label smoothing": phrases.get("label_smoothing", "no label smoothing"),
        "class weights": phrases.get("class_weights", "no class weights"),
        "validation split": phrases.get("validation_split", "no validation split"),
        "augmentation": phrases.get("augmentation", "no augmentation"),
        "early stopping": phrases.get("patience", "no early stopping"),
        "start": f"from {PurePath(spec.start.source).name}" if spec.start else "from initial weights",
        "freeze": phrases.get("freeze", "all layers trained"),
        "frozen norms": phrases.get("frozen_norms", "frozen batch norms by their running statistics"),
        "weight averages": phrases.get("ema_decay", "no averages of the weights"),
        "parameters": plural(spec.architecture.parameter_count, "parameter"),
        "initializer": spec.architecture.initializer.replace("_", " "),
        "source": f"data {data.source}",
        "changes": f"images {data.changes}" if data.changes else "images as they are",
        "size": f"{data.train_size:,} training images",
        "test": f"{data.test_size:,} test images",
        "validation": f"{data.validation_size:,} validation images",
        "judged": f"judged on {data.judged_on} images",
        "subset": f"subset {data.subset_seed}",
        "mode": spec.mode,
        "tuning": spec.tuning,
        "precision": precision,
        "device": device,
        "train metrics": f"train metrics {spec.train_metrics}",
        "execution": f"{spec.execution} execution",
        "processes": plural(spec.processes, "process"),
        "threads": plural(spec.threads, "thread"),
    }


def plural(number: int, noun: str) -> str:
    """1 -> "1 epoch", 2 -> "2 epochs"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "es" if noun.endswith("s") else "s")


def listing(words: list[str]) -> str:
    """["a", "b", "c"] -> "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def span(low: str, high: str) -> str:
    """From the least to the most, both in words: "2 to 9"; one of them where both read the same."""
    return low if low == high else f"{low} to {high}"


def readable(key: str) -> str:
    """The name of a fact in a record in words: "usable_cores" -> "usable cores"."""
    return key.removesuffix("_bytes").replace("_", " ")


def fact(key: str, value: object) -> str:
    """The value of a fact in a record in words; those of a key that ends with _bytes are memory."""
    if value in (None, "", [], {}):
        return "none"
    match value:
        case bool():
            return "yes" if value else "no"
        case int() if key.endswith("_bytes"):
            return f"{value / 2**30:,.1f} GiB"
        case int():
            return f"{value:,}"
        case list() | tuple():
            return "; ".join(fact("", item) for item in value)
        case dict():
            return ", ".join(f"{readable(str(name))} {fact(str(name), item)}" for name, item in value.items())
        case _:
            return str(value)


def scientific(value: float) -> str:
    """A small number as people write it, such as 7.8e-15 with a times sign and a raised power; 0 as it is."""
    if not value:
        return "0"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits} {TIMES} 10{str(int(power)).translate(_RAISED)}"


def significant(value: float, digits: int = 3) -> str:
    """A number with about `digits` significant digits, and an exponent only where it needs one: 0.012, 12.3, 12,300."""
    if value == 0 or not 1e-4 <= abs(value) < 1e9:
        return f"{value:.{digits - 1}g}"
    decimals = max(0, digits - len(str(int(abs(value))))) if abs(value) >= 1 else digits
    return f"{value:,.{decimals}f}"
