import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mnist_compare.experiment.evaluation import evaluate_outputs, mean_loss, predict_digits, probabilities

LABELS = np.array([0, 0, 1, 2, 2, 2, 3])
PREDICTED = np.array([0, 1, 1, 2, 2, 0, 9])


def one_hot(digits):
    return np.eye(10)[digits]


def numbers(*values):
    return np.array(values, dtype=np.float32)[:, None]


def test_cross_entropy_by_its_definition():
    """The loss of logits is the mean of -log of the right digit's probability."""
    outputs = np.random.default_rng(0).normal(scale=3, size=(20, 10))
    labels = np.arange(20) % 10
    wanted = [
        -math.log(math.exp(row[label]) / sum(math.exp(value) for value in row))
        for row, label in zip(outputs.tolist(), labels.tolist(), strict=True)
    ]
    assert mean_loss(outputs, labels, "cross_entropy") == pytest.approx(sum(wanted) / 20, rel=1e-12)


def test_cross_entropy_of_large_logits():
    """Logits of a thousand neither overflow nor cut the loss off."""
    outputs = np.zeros((2, 10), dtype=np.float32)
    outputs[0, 3], outputs[1, 4] = 1000, -1000
    assert mean_loss(outputs, np.array([3, 3]), "cross_entropy") == pytest.approx(math.log(9) / 2)
    assert mean_loss(outputs, np.array([0, 4]), "cross_entropy") == pytest.approx(1000 + math.log(9) / 2)


def test_squared_error_by_its_definition():
    """The loss of a regression is the mean of the squared distances to the digits, in float64."""
    outputs = numbers(1.5, -2, 7)
    assert mean_loss(outputs, np.array([1, 0, 9]), "mean_squared_error") == (0.25 + 4 + 4) / 3


@settings(max_examples=50, deadline=None)
@given(hnp.arrays(np.float64, (4, 10), elements=st.floats(-1e4, 1e4)))
def test_probabilities(outputs):
    """Probabilities are of [0, 1], add up to 1, and are largest where the logit is."""
    found = probabilities(outputs)
    assert found.sum(axis=1) == pytest.approx(np.ones(4))
    assert ((found >= 0) & (found <= 1)).all()
    assert (found[np.arange(4), outputs.argmax(axis=1)] == found.max(axis=1)).all()


def test_probabilities_by_their_definition():
    """Probabilities are the softmax of the logits."""
    row = [0.5, -1.0, 2.0, 0, 0, 0, 0, 0, 0, 3.0]
    total = sum(math.exp(value) for value in row)
    assert probabilities(np.array([row]))[0] == pytest.approx([math.exp(value) / total for value in row])


def test_the_largest_logit_is_the_digit():
    """The predicted digit is that of the largest logit; of equal ones the first."""
    outputs = one_hot([3, 0, 9])
    outputs[1] = 1
    assert predict_digits(outputs, "cross_entropy").tolist() == [3, 0, 9]


@pytest.mark.parametrize(
    ("value", "digit"),
    [(3.99, 3), (3.0, 3), (0.99, 0), (-0.99, 0), (-1.0, -1), (9.99, 9), (10.0, 10), (float("nan"), -1), (1e30, 1e6)],
)
def test_a_regression_is_cut_to_an_integer(value, digit):
    """The digit of a regression is its number cut to an integer, as its document says, not rounded."""
    assert predict_digits(numbers(value), "mean_squared_error").tolist() == [digit]


def test_accuracy_and_confusion():
    """The matrix counts each label with each prediction, and accuracy is the share on its diagonal."""
    found = evaluate_outputs(one_hot(PREDICTED), LABELS, "cross_entropy")
    assert (found.right, found.count, found.out_of_range) == (4, 7, 0)
    assert found.accuracy == 4 / 7
    confusion = np.zeros((10, 10), dtype=int)
    for label, predicted in zip(LABELS, PREDICTED, strict=True):
        confusion[label, predicted] += 1
    assert found.confusion == confusion.tolist()


def test_scores_of_the_digits():
    """Each digit has its count, recall, precision and F1, and None where nothing can be said."""
    digits = evaluate_outputs(one_hot(PREDICTED), LABELS, "cross_entropy").digits
    assert [score.digit for score in digits] == list(range(10))
    assert [score.count for score in digits[:5]] == [2, 1, 3, 1, 0]
    assert [score.right for score in digits[:5]] == [1, 1, 2, 0, 0]
    assert [score.accuracy for score in digits[:5]] == [1 / 2, 1, 2 / 3, 0, None]
    assert [score.recall for score in digits] == [score.accuracy for score in digits]
    assert [score.precision for score in digits[:5]] == [1 / 2, 1 / 2, 1, None, None]
    assert digits[9].precision == 0
    assert digits[2].f1 == pytest.approx(2 * (2 / 3) / (2 / 3 + 1))
    assert [digits[3].f1, digits[4].f1] == [0, None]


def test_a_regression_out_of_range():
    """A number that is no digit is wrong: it counts in the accuracy, but stands in no column."""
    found = evaluate_outputs(numbers(1.2, 12.0, -3.0, 4.9), np.array([1, 2, 0, 5]), "mean_squared_error")
    assert (found.right, found.accuracy, found.out_of_range) == (1, 1 / 4, 2)
    assert sum(map(sum, found.confusion)) == 2
    assert found.confusion[5][4] == 1
    assert [found.digits[digit].count for digit in (0, 1, 2, 5)] == [1, 1, 1, 1]
    assert found.digits[2].accuracy == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60))
def test_the_numbers_agree_with_each_other(pairs):
    """For any labels and predictions, counts, rights and the matrix add up."""
    labels, predicted = map(np.array, zip(*pairs, strict=True))
    found = evaluate_outputs(one_hot(predicted), labels, "cross_entropy")
    assert found.accuracy == np.mean(labels == predicted)
    assert [sum(row) for row in found.confusion] == [score.count for score in found.digits]
    assert sum(score.right for score in found.digits) == found.right
