"""LR001 unused-suppression."""

from __future__ import annotations

from lrlint.diagnostics import Severity
from lrlint.rule import Invalid, Rule
from lrlint.snippets import training


class UnusedSuppression(Rule):
    """A suppression comment silences nothing.

    ## What it does

    Reports codes in `# lrlint: ignore[…]`, `# lrlint: ignore-file[…]` and `# noqa: LR…`

    - that silence nothing, where the rule is on and has judged the file;
    - that are not the code or name of a rule;

    and comments that look like a suppression but are not one, such as `# lrlint: disable=LR101`.

    The codes of other linters and a bare `# noqa` are left alone. Whether a comment in a module
    that only defines functions silences anything depends on the scripts that import it: of such
    comments, only codes that name no rule are reported.

    ## Why is this bad

    A comment that has outlived its finding hides the next one. A misspelt one hides nothing, and
    reads as if it did.

    ## Example

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)  # lrlint: ignore[LR103]
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    The fix removes the code, and the comment with its last code. Reasons and the codes of other
    linters stay.

    ## References

    - [ruff: unused-noqa](https://docs.astral.sh/ruff/rules/unused-noqa/)
    """

    # The engine reports it: facts say nothing of comments.
    code, name, severity = "LR001", "unused-suppression", Severity.WARNING

    SETUP = "scheduler = CosineAnnealingLR(optimizer, T_max=90, eta_min=1e-3){}"
    VALID = (
        training(SETUP.format(""), epochs=90, epoch="scheduler.step()"),
        training(
            "scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-3)",
            batch="scheduler.step()  # lrlint: ignore[LR101]",
        ),
    )
    INVALID = (
        Invalid(
            training(
                SETUP.format("  # lrlint: ignore[LR201]"), epochs=90, epoch="scheduler.step()"
            ),
            at=SETUP.format("  # lrlint: ignore[LR201]"),
            fixed=training(SETUP.format(""), epochs=90, epoch="scheduler.step()"),
            says=("`LR201` silences nothing here",),
        ),
        Invalid(
            training(
                SETUP.format("  # lrlint: disable=LR201"), epochs=90, epoch="scheduler.step()"
            ),
            at=SETUP.format("  # lrlint: disable=LR201"),
            says=("is not understood", "write `# lrlint: ignore[LR201]`"),
        ),
    )
