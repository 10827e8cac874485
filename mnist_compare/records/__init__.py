"""The records of runs, and what is read off them."""
