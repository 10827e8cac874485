"""What is known of a network after an epoch of its training."""

import msgspec

from mnist_compare.io.bounds import Count, Real, Size


class EpochResult(msgspec.Struct, frozen=True):
    """What is known after an epoch.

    Fields:
        epoch: counted from 1.
        train_loss, test_loss, validation_loss: means over the images, after the epoch; None without validation images.
            With early stopping those of the test are None: it is looked at once, after the best epoch is chosen.
        train_accuracy, test_accuracy, validation_accuracy: shares of the images, from 0 to 1.
            The training images are all or a sample, as `fit` was told; None where they were not looked at.
        train_seconds: of all steps of the epoch, but for the first step of the run.
        evaluation_seconds, checkpoint_seconds: of that epoch too.
        learning_rate: that of the first step.
        step_losses: during training, means over `loss_every` steps each.
    """

    epoch: Count
    train_loss: Real | None
    train_accuracy: Real | None
    test_loss: Real | None
    test_accuracy: Real | None
    validation_loss: Real | None
    validation_accuracy: Real | None
    train_seconds: Real
    evaluation_seconds: Real
    checkpoint_seconds: Real
    learning_rate: Real
    loss_every: Size
    step_losses: list[Real]
