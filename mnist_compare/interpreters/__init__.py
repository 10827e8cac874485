"""Other interpreters: frameworks whose builds cannot share an environment run in one each.

A worker may be any Python that has this very mnist_compare and its framework. Which one a backend gets is a choice
(`choice`), looked at before anything is trained (`check`); `creation` makes environments for those who have none.
"""
