"""What a Keras user does with a model, without mnist_compare: save, load, look at it, train it further."""

import keras

SUFFIX = ".keras"


def save(model, path):
    model.save(path)


def load(name, path):
    return keras.models.load_model(path)


def logits(model, images):
    outputs = model(images.transpose(0, 2, 3, 1), training=False)
    return keras.ops.convert_to_numpy(outputs[0] if isinstance(outputs, list) else outputs)


def train(model, images, labels, *, run_eagerly=False):
    """Ten steps; the loss of the first and of the last."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.003), loss, run_eagerly=run_eagerly)
    batch = len(labels)
    history = model.fit(images.transpose(0, 2, 3, 1), labels, batch_size=batch, epochs=10, shuffle=False, verbose=0)
    return history.history["loss"][0], history.history["loss"][-1]


def layers(model):
    return [model, *model.layers]
