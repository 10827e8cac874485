"""Files, values and their bounds: how they are read, checked and written."""
