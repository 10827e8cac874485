"""The worker process: it does one job with one framework, and ends."""
