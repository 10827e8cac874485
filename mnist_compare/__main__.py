"""python -m mnist_compare, and the command mnist-compare."""

from mnist_compare.host.startup import begin, leave_current_folder


def main() -> None:
    """Run the command line, whose imports are a part of the command already."""
    begin()
    from mnist_compare.cli import main as run

    run()


if __name__ == "__main__":
    leave_current_folder()
    main()
