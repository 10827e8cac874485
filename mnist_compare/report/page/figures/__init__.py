"""The figures of the page: each a module that makes a Picture of groups, or None where there is nothing to draw."""
