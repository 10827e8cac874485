"""What the backend says of itself, without its framework: Keras on TensorFlow."""

from mnist_compare.backend import Backend

BACKEND = Backend(
    name="keras",
    title="Keras on TensorFlow",
    modules=("tensorflow", "keras"),
    distributions=("keras", "tensorflow"),
    experiment="mnist_compare_keras.experiment:KerasExperiment",
    install="pip install 'mnist-compare[keras]'",
    aliases=("tensorflow", "tf"),
    passes=("relu-behind-pooling", "bias-behind-pooling", "batch-parts", "thread-sharing"),
    rank=2,
    color="#0072b2",
    marker="s",
)
