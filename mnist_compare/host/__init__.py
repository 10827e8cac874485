"""The machine, its environment and its versions: what a run depends on beside its spec."""
