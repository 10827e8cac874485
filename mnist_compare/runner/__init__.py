"""Runs: their plan, the process that executes one, and the comparison that keeps their records."""
