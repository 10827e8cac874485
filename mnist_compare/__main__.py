"""python -m mnist_compare."""

from mnist_compare.cli import main

if __name__ == "__main__":
    main()
