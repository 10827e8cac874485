"""What the backend says of itself, without its framework: the NumPy reference."""

from mnist_compare.backend import Backend

BACKEND = Backend(
    name="numpy",
    title="NumPy reference",
    modules=("numpy",),
    distributions=("numpy",),
    experiment="mnist_compare_numpy.experiment:NumpyExperiment",
    install="pip install mnist-compare",
    faults="mnist_compare_numpy.faults:FAULTS",
    aliases=("np", "reference"),
    noise="mnist_compare_numpy.noise:NOISE",
    color="#555555",
    marker="D",
    is_reference=True,
)
