"""What the same command says of runs that are done."""

import json

from command_line import run_cli

KEPT = (
    "The margin of ±0.5 points has no effect on 4 runs that were done already: a margin is declared before the results "
    "are known, and theirs is ±0.1. Of several in a network the narrowest counts. --force trains the runs again with "
    "the new one.\n"
)


def test_a_margin_that_comes_after_the_results_has_no_effect_and_that_is_told(finished, own_copy, tmp_path):
    """Finished runs keep the margin that was declared before them, and a sentence on stderr says so; the JSON on stdout
    is for reading, without packed bytes for every image.
    """
    result = run_cli(*finished.asked, "--output", "out", "--margin", "0.5", "--json", "--quiet", cwd=tmp_path)
    assert result.returncode == 0
    assert result.stderr == KEPT
    shown = json.loads(result.stdout)["records"]
    assert [record["margin"] for record in shown] == [0.1] * 4
    assert [record["test"]["predictions"] for record in shown] == [None] * 4
