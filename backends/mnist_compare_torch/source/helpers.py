"""Small modules that a program gets where its network needs them."""

from mnist_compare.source.modules import module_helpers

SHARED = module_helpers("nn.Module", "torch.cat")
HELPERS = {
    "Residual": SHARED["Residual"],
    "Branches": SHARED["Branches"],
    "Auxiliary": SHARED["Auxiliary"],
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
    "AllOutputs": SHARED["AllOutputs"],
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
    "SequenceMean": SHARED["SequenceMean"],
}
