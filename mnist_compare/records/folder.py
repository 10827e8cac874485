"""What the files of a comparison's report are called, within its folder."""

REPORT_FILE = "report.md"
PAGE_FILE = "report.html"
TABLE_FILE = "results.csv"
PARQUET_FILE = "results.parquet"
FIGURES_FOLDER = "figures"
CHOSEN_FOLDER = "chosen"
"""Where a sweep keeps what it has chosen: a comparison of its own, judged on the test images."""
