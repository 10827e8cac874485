"""What recurrent layers do at a position of the sequence, and how the gradient goes back through it."""

from collections.abc import Callable

import numpy as np

from mnist_compare_numpy.layers.module import Array

Total = Callable[[Array, tuple[int, ...]], Array]


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without an overflow."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x))


class Cell:
    """Reads a sequence in one direction: x [N, length, in] -> the state at every position [N, length, features].

    `step` and `step_back` say what happens at one position. They take and give rows [N, gates x features]: `inputs` are
    x W_ih^T + b, and what else a kind keeps stands in `kept`, position by position.
    """

    def __init__(self, arrays: dict[str, Array]) -> None:
        self.arrays = arrays
        self.gradients: dict[str, Array] = {}
        self.bias = "bias" if "bias" in arrays else "bias_ih"

    def forward(self, x: Array) -> Array:
        """The states; what `backward` needs is kept."""
        self.x = x
        self.kept: list[tuple[Array, ...]] = []
        inputs = self.rounded(x @ self.arrays["weight_ih"].T + self.arrays[self.bias])
        self.state = self.first(x)
        states = []
        for t in range(x.shape[1]):
            self.step(inputs[:, t])
            self.state = self.rounded(self.state)
            states.append(self.state[0])
        return np.stack(states, axis=1)

    def rounded(self, x: Array) -> Array:
        """That of the layer, which takes its place."""
        return x

    def first(self, x: Array) -> Array:
        """The state to begin with [2, N, features], of which LSTM alone has the second."""
        return np.zeros((2, len(x), self.arrays["weight_hh"].shape[1]), dtype=x.dtype)

    def backward(self, gradient: Array, total: Total) -> Array:
        """The gradient in x; those of the arrays are left in `gradients`."""
        self.slope = np.zeros_like(self.state)  # of the loss in the state, through what comes later
        self.gradients = {"weight_hh": np.zeros_like(self.arrays["weight_hh"])}
        rows = []
        for t in reversed(range(gradient.shape[1])):
            kept = map(self.rounded, self.kept[t])
            rows.append(self.rounded(self.step_back(gradient[:, t], *kept)))
            self.slope = self.rounded(self.slope)
        slopes = np.stack(rows[::-1], axis=1)
        self.gradients["weight_ih"] = slopes.reshape(-1, slopes.shape[2]).T @ self.x.reshape(-1, self.x.shape[2])
        self.gradients[self.bias] = total(slopes, (0, 1))
        return np.asarray(slopes @ self.arrays["weight_ih"])

    def step(self, inputs: Array) -> None:
        """Put the next state in the place of `state`."""
        raise NotImplementedError

    def step_back(self, gradient: Array, *kept: Array) -> Array:
        """The gradient in the inputs, of the gradient in the output; that in the state before is left in `slope`."""
        raise NotImplementedError


class ElmanCell(Cell):
    """h' = tanh(inputs + h W_hh^T)."""

    def step(self, inputs: Array) -> None:
        before = self.state[0]
        after: Array = np.tanh(inputs + before @ self.arrays["weight_hh"].T)
        self.kept.append((before, after))
        self.state = np.stack([after, self.state[1]])

    def step_back(self, gradient: Array, *kept: Array) -> Array:
        before, after = kept
        rows = (gradient + self.slope[0]) * (1 - after**2)
        self.gradients["weight_hh"] += rows.T @ before
        self.slope = np.stack([rows @ self.arrays["weight_hh"], self.slope[1]])
        return np.asarray(rows)


class LSTMCell(Cell):
    """c' = f c + i g and h' = o tanh(c'); the state is h and c."""

    def step(self, inputs: Array) -> None:
        before, memory = self.state
        i, f, g, o = np.split(inputs + before @ self.arrays["weight_hh"].T, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        new = f * memory + i * g
        after: Array = o * np.tanh(new)
        self.kept.append((before, memory, new, i, f, g, o))
        self.state = np.stack([after, new])

    def step_back(self, gradient: Array, *kept: Array) -> Array:
        before, memory, new, i, f, g, o = kept
        bent = np.tanh(new)
        h = gradient + self.slope[0]
        c = self.slope[1] + h * o * (1 - bent**2)
        gates = (c * g * i * (1 - i), c * memory * f * (1 - f), c * i * (1 - g**2), h * bent * o * (1 - o))
        rows = np.concatenate(gates, axis=1)
        self.gradients["weight_hh"] += rows.T @ before
        self.slope = np.stack([rows @ self.arrays["weight_hh"], c * f])
        return rows


class GRUCell(Cell):
    """h' = (1 - z) n + z h, where n = tanh(inputs + r (W h + b))."""

    def step(self, inputs: Array) -> None:
        before = self.state[0]
        r, z, n = np.split(inputs, 3, axis=1)
        by_r, by_z, by_n = np.split(before @ self.arrays["weight_hh"].T + self.arrays["bias_hh"], 3, axis=1)
        r, z = sigmoid(r + by_r), sigmoid(z + by_z)
        n = np.tanh(n + r * by_n)
        after = (1 - z) * n + z * before
        self.kept.append((before, r, z, n, by_n))
        self.state = np.stack([after, self.state[1]])

    def step_back(self, gradient: Array, *kept: Array) -> Array:
        before, r, z, n, by_n = kept
        h = gradient + self.slope[0]
        new = h * (1 - z) * (1 - n**2)
        reset, update = new * by_n * r * (1 - r), h * (before - n) * z * (1 - z)
        rows = np.concatenate((reset, update, new * r), axis=1)  # in the state's product
        self.gradients["weight_hh"] += rows.T @ before
        self.gradients["bias_hh"] = self.gradients.get("bias_hh", 0) + rows.sum(axis=0)
        self.slope = np.stack([h * z + rows @ self.arrays["weight_hh"], self.slope[1]])
        return np.concatenate((reset, update, new), axis=1)


class EarlyResetGRUCell(Cell):
    """h' = (1 - z) n + z h, where n = tanh(inputs + W (r h))."""

    def step(self, inputs: Array) -> None:
        before = self.state[0]
        gates, new = self.weights
        r, z, n = np.split(inputs, 3, axis=1)
        by_r, by_z = np.split(before @ gates.T, 2, axis=1)
        r, z = sigmoid(r + by_r), sigmoid(z + by_z)
        n = np.tanh(n + (r * before) @ new.T)
        after = (1 - z) * n + z * before
        self.kept.append((before, r, z, n))
        self.state = np.stack([after, self.state[1]])

    def step_back(self, gradient: Array, *kept: Array) -> Array:
        before, r, z, n = kept
        gates, weight = self.weights
        h = gradient + self.slope[0]
        new, update = h * (1 - z) * (1 - n**2), h * (before - n) * z * (1 - z)
        product = new @ weight
        reset = product * before * r * (1 - r)
        rows = np.concatenate((reset, update), axis=1)
        self.gradients["weight_hh"] += np.concatenate((rows.T @ before, new.T @ (r * before)))
        self.slope = np.stack([h * z + product * r + rows @ gates, self.slope[1]])
        return np.concatenate((rows, new), axis=1)

    @property
    def weights(self) -> tuple[Array, Array]:
        """Those of both gates, and that of the new state."""
        size = self.arrays["weight_hh"].shape[1]
        return self.arrays["weight_hh"][: 2 * size], self.arrays["weight_hh"][2 * size :]
