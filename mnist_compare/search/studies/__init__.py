"""Studies: trials of settings that a sampler proposes by what earlier ones have come to, with Optuna."""
