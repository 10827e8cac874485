"""Small modules that a program gets where its network needs them."""

HELPERS = {
    "Residual": '''class Residual(nn.Module):
    """What the body makes of x, added to x or to what the shortcut makes of it."""

    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body, self.shortcut = body, shortcut or nn.Identity()

    def forward(self, x):
        return self.body(x) + self.shortcut(x)
''',
    "Branches": '''class Branches(nn.Module):
    """What each branch makes of x, joined along the channels."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)
''',
    "Auxiliary": '''class Auxiliary(nn.Module):
    """Passes x on; in training it keeps what the head makes of x, which the loss takes in."""

    def __init__(self, weight, head):
        super().__init__()
        self.weight, self.head = weight, head

    def forward(self, x):
        self.output = self.head(x) if self.training else None
        return x
''',
    "ImageDropout": '''class ImageDropout(nn.Dropout):
    """Dropout of whole images: PyTorch has it for values and for channels."""

    def forward(self, x):
        return x * super().forward(x.new_ones(x.shape[0], *(1 for _ in x.shape[1:])))
''',
    "LastOutput": '''class LastOutput(nn.Module):
    """The last state of each direction, side by side: outputs[:, -1] has the other direction's first one."""

    def __init__(self, layers):
        super().__init__()
        self.layers = without_second_bias(layers)

    def forward(self, x):
        _, state = self.layers(x)
        hidden = state[0] if isinstance(state, tuple) else state
        return torch.cat(tuple(hidden[-2:]), 1) if self.layers.bidirectional else hidden[-1]
''',
    "AllOutputs": '''class AllOutputs(nn.Module):
    """The output at every position."""

    def __init__(self, layers):
        super().__init__()
        self.layers = without_second_bias(layers)

    def forward(self, x):
        return self.layers(x)[0]
''',
    "without_second_bias": '''def without_second_bias(layers):
    """Of PyTorch's two biases only the sum means anything, but in a GRU: the second stays 0."""
    for name, parameter in layers.named_parameters():
        if name.startswith("bias_hh") and not isinstance(layers, nn.GRU):
            nn.init.zeros_(parameter).requires_grad_(False)
    return layers
''',
    "SelfAttention": '''class SelfAttention(nn.MultiheadAttention):
    """Attention within one sequence: it is query, key and value."""

    def forward(self, x):
        return super().forward(x, x, x, need_weights=False)[0]
''',
    "Sequence": '''class Sequence(nn.Module):
    """Pixels [N, C, H, W] as a sequence [N, H W, C]."""

    def forward(self, x):
        return x.flatten(2).transpose(1, 2)
''',
    "Positions": '''class Positions(nn.Module):
    """Adds trained values, which begin with 0, to every position."""

    def __init__(self, length, width):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(length, width))

    def forward(self, x):
        return x + self.weight
''',
    "SequenceMean": '''class SequenceMean(nn.Module):
    """The mean over the positions."""

    def forward(self, x):
        return x.mean(1)
''',
}
