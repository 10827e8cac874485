"""Passes from layers to layers, which make a framework fast and change no result."""
