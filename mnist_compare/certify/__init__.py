"""Certificates: the proof that backends run the same training, step by step."""
