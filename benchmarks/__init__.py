"""How fast mnist_compare is: against bare loops, against documented ones, and in all that it does around training.

`python -m benchmarks` measures; every sample is a process of its own, with at most one framework in it.
"""
