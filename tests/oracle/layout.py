"""Axis ``layout``: a flat module, ``main()``, or ``main(args)``; and the text of the whole file."""

from __future__ import annotations

from .draft import Draft, option
from .imports import header
from .settings import Definitions
from .text import Lines, block

WITH_ARGUMENTS = (
    "argparse-function",
    "data-class",
    "simple-namespace",
    "class-instance",
    "argparse-vars",
    "data-class-nested",
    "named-tuple",
    "namespace-of-dictionary",
)


@option("layout", 1, when=lambda d: d.skeleton in ("epochs", "steps"))
def folds(draft: Draft) -> None:
    """Cross-validation: the whole training, twice, each time with everything new."""
    draft.may_abstain = True


def in_folds(statements: list[Lines]) -> list[Lines]:
    """Return the paragraphs of a script, all but the settings in a loop over the folds."""
    first, *rest = statements
    body: Lines = ['print(f"fold {fold}")']
    for paragraph in rest:
        body += ["", *paragraph]
    return [first, block("for fold in range(2):", body)]


def _plain_config(draft: Draft) -> bool:
    return not draft.config.in_parameters


@option("layout", 4, when=_plain_config)
def flat(draft: Draft) -> None:
    """Everything at module level."""


@option("layout", 6)
def main_function(draft: Draft) -> None:
    """``def main(): …`` and the usual guard."""


@option("layout", 2, when=lambda d: d.marked("config", *WITH_ARGUMENTS))
def main_with_arguments(draft: Draft) -> None:
    """``args = parse_args()`` under the guard, ``main(args)``."""


def _spaced(paragraphs: list[Lines]) -> Lines:
    lines: Lines = []
    for paragraph in paragraphs:
        lines += [*([""] if lines else []), *paragraph]
    return lines


def write(draft: Draft, config: Definitions) -> str:
    """The entry module's text."""
    statements = draft.sections.paragraphs()
    if draft.marked("layout", "folds"):
        statements = in_folds(statements)
    tops = [config.module, *draft.helpers, *draft.schedule_helpers, *draft.definitions]
    parts = ["\n".join(lines) for lines in tops if lines]
    guard = 'if __name__ == "__main__":'
    if draft.marked("layout", "flat"):
        parts.append("\n".join(_spaced(statements)))
    elif draft.marked("layout", "main-with-arguments"):
        variable = draft.config.variable or "args"
        parts.append("\n".join(block(f"def main({variable}):", _spaced(statements))))
        parts.append("\n".join(block(guard, [*config.main, f"main({variable})"])))
    else:
        name = draft.pick(["main", "main", "train_model"])
        signature = f"def {name}({', '.join(config.parameters)}):"
        parts.append("\n".join([*config.decorators, *block(signature, _spaced(statements))]))
        parts.append("\n".join(block(guard, [f"{name}()"])))
    body = "\n\n\n".join(parts)
    imports = header(body, draft.seed)
    if draft.project_imports:
        imports += ["", *draft.project_imports]
    text = _tidy("\n".join([*imports, "", "", body, ""]))
    return f'"""Train a small model."""\n\n{text}' if draft.chance(0.3) else text


def _tidy(text: str) -> str:
    """Keep at most two blank lines together, none at the start."""
    while "\n\n\n\n" in text:
        text = text.replace("\n\n\n\n", "\n\n\n")
    return text.lstrip("\n")
