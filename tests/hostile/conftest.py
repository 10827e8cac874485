from hostile_cases import COUNTS


def pytest_terminal_summary(terminalreporter):
    """Say how many cases were executed."""
    if COUNTS:
        told = ", ".join(f"{kind} {number:,}" for kind, number in sorted(COUNTS.items()))
        terminalreporter.write_line(f"hostile input: {COUNTS.total():,} cases ({told})")
