"""Sweeps: many settings of networks and recipes, trained and judged on held-out images, and the best of them."""
