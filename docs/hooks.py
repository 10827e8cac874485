"""What the site has besides the Markdown of this folder: the notebook as a page, and the reference reports."""

import json
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

REPORTS = Path(__file__).parents[1] / "reports" / "reference"
NOTEBOOK, PAGE = "comparison.ipynb", "notebook.md"
DOWNLOAD = f"[The notebook as a file]({NOTEBOOK}), to run it. Its outputs are not kept: they are those of your machine."
PLACES = {
    rf"{re.escape(NOTEBOOK)}\)": f"{PAGE})",
    r"\.\./reports/reference/(\w+)/report\.\w+\)": r"reference/\1/report.html)",
}
"""Where a link leads in the repository, as a pattern, and where on the site."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and files that do not lie in the folder as they are shown."""
    text = notebook_page(Path(config.docs_dir, NOTEBOOK))
    files.append(File.generated(config, PAGE, content=text))
    for report in sorted(REPORTS.glob("*/report.html")):
        place = f"reference/{report.parent.name}/report.html"
        files.append(File.generated(config, place, abs_src_path=str(report)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The text of a page with its links as they are on the site."""
    if page.file.src_uri == PAGE:
        return markdown
    up = "../" * page.file.src_uri.count("/")
    for place, shown in PLACES.items():
        markdown = re.sub(rf"\]\({re.escape(up)}{place}", rf"]({up}{shown}", markdown)
    return markdown


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """The page with the language that it is in: browsers choose the shapes of Chinese signs by it."""
    chinese = page.file.src_uri.startswith("zh/")
    return output.replace('<html lang="en"', '<html lang="zh-Hans"', 1) if chinese else output


def notebook_page(path: Path) -> str:
    """The cells of a notebook as Markdown, nothing executed."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    parts = [_cell("".join(cell["source"]), cell["cell_type"]) for cell in cells]
    return "\n\n".join([*parts, DOWNLOAD])


def _cell(source: str, kind: str) -> str:
    return source if kind == "markdown" else f"```python\n{source}\n```"
