"""A network as an ONNX file, made from its architecture and weights: the same whichever backend has trained it."""

from mnist_compare.export.onnx.model import make_model

__all__ = ["make_model"]
