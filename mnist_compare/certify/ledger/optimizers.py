"""Where the frameworks mean different things by one name of an optimizer. What torch means is done in all."""

from mnist_compare.certify.ledger.entry import LedgerEntry

TEN_STEPS = "tests/backends/test_backend_optimizers.py::test_ten_steps_are_those_of_the_reference"

OPTIMIZERS: tuple[LedgerEntry, ...] = (
    LedgerEntry(
        "Adadelta",
        "rho 0.9, epsilon 1e-6 in both roots",
        "rho 0.95, epsilon 1e-7",
        "rho 0.95",
        "as torch; the learning rate is not in the mean of the updates",
        TEN_STEPS,
        (
            "Adadelta: epsilon added to the roots",
            "Adadelta: learning rate in the mean of updates",
            "Adadelta's rho 0.95",
        ),
    ),
    LedgerEntry(
        "RMSprop",
        "rho 0.99 (alpha), epsilon 1e-8 added to the root",
        "rho 0.9, epsilon 1e-7 in the root; the learning rate is inside the velocity",
        "rho 0.95, epsilon 1e-6 in the root; the learning rate is inside the velocity",
        "as torch: an optimizer class of our own for Keras and Paddle",
        TEN_STEPS,
        ("RMSprop: epsilon in the root", "RMSprop: learning rate in the velocity", "RMSprop's rho 0.9"),
    ),
    LedgerEntry(
        "Adagrad",
        "epsilon 1e-10 added to the root; the sum begins with 0",
        "epsilon 1e-7 in the root; the sum begins with 0.1",
        "epsilon 1e-6 added to the root",
        "as torch: an optimizer class of our own for Keras",
        TEN_STEPS,
        ("Adagrad: epsilon in the root", "Adagrad: sum begins with 0.1"),
    ),
    LedgerEntry(
        "NAdam",
        "momentum_decay 0.004; the product of the momenta is float32",
        "as with a momentum_decay of 1, epsilon 1e-7",
        "momentum_decay 0.004; its numbers of the step are kept for every weight",
        "momentum_decay 0.004, products in float64: plain operations for torch, Paddle and Keras",
        TEN_STEPS,
        ("NAdam's momentum_decay 1", "NAdam: not a step ahead", "NAdam: products of momenta in float32"),
    ),
    LedgerEntry(
        "Adamax",
        "u = max(beta2 u, |g| + epsilon)",
        "u = max(beta2 u, |g|), used as u + epsilon",
        "u = max(beta2 u + epsilon, |g|)",
        "as torch: an optimizer class of our own for Keras and Paddle",
        TEN_STEPS,
        ("Adamax: epsilon where it is used", "Adamax: epsilon in what is kept"),
    ),
    LedgerEntry(
        "Lion",
        "there is none",
        "decoupled decay; the sign is taken before the mean is updated",
        "there is none",
        "as Keras: plain operations for torch and Paddle",
        TEN_STEPS,
        ("Lion: sign of the new mean", "Lion: decay coupled"),
    ),
    LedgerEntry(
        "clipping by the norm",
        "1e-6 is added to the norm",
        "global_clipnorm is of all arrays, clipnorm of each; nothing added",
        "clip_grad_norm_ adds 1e-6, ClipGradByGlobalNorm does not",
        "the norm of all arrays, nothing added, after the clipping by value and before the weight decay",
        TEN_STEPS,
        ("gradients not clipped", "clipping: 1e-6 added to the norm", "clipping: norm of each array"),
    ),
    LedgerEntry(
        "label smoothing",
        "spread over all classes",
        "spread over all classes, of labels in one-hot form",
        "spread over all classes, of labels in one-hot form",
        "spread over all classes; in training alone",
        TEN_STEPS,
        ("labels not smoothed", "label smoothing over the other classes"),
    ),
    LedgerEntry(
        "class weights",
        "the mean divides by the sum of the weights",
        "class_weight divides by the number of images",
        "the mean divides by the sum of the weights",
        "the mean divides by the sum of the weights; in training alone",
        TEN_STEPS,
        ("class weights: divided by the images",),
    ),
)
