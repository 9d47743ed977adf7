"""LR000 unreadable."""

from __future__ import annotations

from lrlint.diagnostics import Severity
from lrlint.rule import Invalid, Rule


class Unreadable(Rule):
    """The file cannot be read or parsed, so lrlint says nothing else about it.

    ## What it does

    Reports a script or notebook that lrlint cannot read (missing permission, an encoding that is
    not the declared one, a notebook that is not valid JSON) or whose code is not valid Python. The
    other files are still linted. Files that never mention a schedule are not parsed, unless they
    are named on the command line.

    ## Why is this bad

    Silence about a file that was not read would look like approval.

    ## Example

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=100
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=100)
    ```

    Exclude what is not meant to be Python, such as templates: `exclude` in `[tool.lrlint]`.

    ## References

    - [Python: lexical analysis, encoding declarations](https://docs.python.org/3/reference/lexical_analysis.html#encoding-declarations)
    """

    # The engine reports it: a file that cannot be parsed has no facts to judge.
    code, name, severity = "LR000", "unreadable", Severity.ERROR

    VALID = (
        """
        from torch.optim.lr_scheduler import CosineAnnealingLR

        scheduler = CosineAnnealingLR(optimizer, T_max=100)
        """,
    )
    INVALID = (
        Invalid(
            """
            from torch.optim.lr_scheduler import CosineAnnealingLR

            scheduler = CosineAnnealingLR(optimizer, T_max=100
            """,
        ),
    )
