"""Short training scripts for the ``VALID`` and ``INVALID`` snippets of a rule.

Most snippets differ in two or three rows of one and the same training. :func:`training` writes the
rest, and :class:`Diff` says what a fix changes without repeating the whole script::

    Invalid(
        training(
            "scheduler = CosineAnnealingLR(optimizer, T_max=epochs)",
            batch="scheduler.step()",
        ),
        at="scheduler.step()",
        fixed=Diff(
            \"""
            -     scheduler.step()
            + scheduler.step()
            \"""
        ),
    )

lints this script::

    from torch.optim import SGD
    from torch.optim.lr_scheduler import CosineAnnealingLR

    def train(model, train_loader, epochs):
        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
        for epoch in range(epochs):
            for x, y in train_loader:
                model(x, y).backward()
                optimizer.step()
                scheduler.step()
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent

SGD = "optimizer = SGD(model.parameters(), lr=0.1)"
UPDATE = "model(x, y).backward()\noptimizer.step()"
OPTIMIZERS = ("Adagrad", "Adam", "AdamW", "LBFGS", "NAdam", "RAdam", "RMSprop", "SGD")
SCHEDULERS = (
    *("ChainedScheduler", "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts"),
    *("CyclicLR", "ExponentialLR", "LRScheduler", "LambdaLR", "LinearLR", "MultiStepLR"),
    *("MultiplicativeLR", "OneCycleLR", "PolynomialLR", "ReduceLROnPlateau", "SequentialLR"),
    *("StepLR",),
)


def script(code: str) -> str:
    """Return ``code``, a triple-quoted string in a rule's file, as the text of a script."""
    return dedent(code).lstrip("\n")


def training(
    setup: str,
    *,
    epochs: object = "epochs",
    before: str = "",
    batches: str | None = "x, y in train_loader",
    update: str = UPDATE,
    batch: str = "",
    epoch: str = "",
    after: str = "",
    parameters: str = "",
) -> str:
    """Return the script of a training.

    ``setup`` are the statements before the loops; ``optimizer`` is an SGD with ``lr=0.1`` unless
    they build one. ``epochs`` is what ``range`` gets (None: no loop over epochs), ``batches`` is
    the head of the batch loop (None: the batches are in ``train_epoch(model, optimizer)``). Each
    epoch runs ``before``, for each batch ``update`` and ``batch``, then ``epoch``; ``after``
    follows the last one.

    ``train`` has the parameters ``model``, those of ``train_loader``, ``val_loader`` and
    ``epochs`` that occur in the script, and ``parameters``. Imports in ``setup`` move to the top;
    torch's optimizers and schedulers need none.
    """
    rows = _rows(setup)
    imports = [row for row in rows if row.startswith(("import ", "from "))]
    body = [row for row in rows if row not in imports]
    if not re.search(r"\boptimizer\w* = ", setup):
        body.insert(0, SGD)
    loop = ["train_epoch(model, optimizer)"]
    if batches is not None:
        loop = [f"for {batches}:", *_indented(_rows(update) + _rows(batch))]
    loop = _rows(before) + loop + _rows(epoch)
    if epochs is not None:
        loop = [f"for epoch in range({epochs}):", *_indented(loop)]
    body += loop
    body += _rows(after)
    text = "\n".join(body)
    names = set(re.findall(r"(?<![\w.])\w+", text))
    for module, known in (("torch.optim", OPTIMIZERS), ("torch.optim.lr_scheduler", SCHEDULERS)):
        if used := [name for name in known if name in names]:
            imports.append(f"from {module} import {', '.join(used)}")
    arguments = ["model"]
    for name in ("train_loader", "val_loader", "epochs"):
        given = f"{name} = " in text or re.search(rf"\b{name}\b", parameters)
        if name in names and not given:
            arguments.append(name)
    arguments += [parameters] if parameters else []
    head = [*imports, "", f"def train({', '.join(arguments)}):"]
    return "\n".join([*head, *_indented(body)]) + "\n"


@dataclass(frozen=True)
class Diff:
    """What a fix changes in a script, as a diff without row numbers.

    Each row begins with ``- `` (removed), ``+ `` (added) or two spaces (kept); a blank row ends a
    hunk. The removed and kept rows of a hunk must follow each other at exactly one place of the
    script. Indentation is relative: only its differences within a hunk count.
    """

    text: str

    def apply(self, script: str) -> str:
        """Return ``script`` with the changes made; raise ValueError where a hunk does not fit."""
        rows = script.splitlines()
        for hunk in re.split(r"\n\s*\n", dedent(self.text).strip("\n")):
            rows = _replace(rows, hunk.splitlines())
        return "\n".join(rows) + "\n"


def _replace(rows: list[str], hunk: list[str]) -> list[str]:
    if wrong := [row for row in hunk if row[:2] not in ("- ", "+ ", "  ")]:
        raise ValueError(f"a row of a diff begins with '- ', '+ ' or two spaces: {wrong[0]!r}")
    old = [row[2:] for row in hunk if row[0] != "+"]
    new = [row[2:] for row in hunk if row[0] != "-"]
    places = []
    for start in range(len(rows) - len(old) + 1):
        there = rows[start : start + len(old)]
        margin = there[0][: len(there[0]) - len(old[0])] if old else ""
        if old and not margin.strip() and there == [margin + row for row in old]:
            places.append((start, margin))
    if len(places) != 1:
        raise ValueError(f"{len(places)} places of the script have the rows {old}")
    ((start, margin),) = places
    return [*rows[:start], *(margin + row for row in new), *rows[start + len(old) :]]


def _rows(code: str) -> list[str]:
    return dedent(code).strip("\n").splitlines()


def _indented(rows: list[str]) -> list[str]:
    return [f"    {row}" if row else "" for row in rows]
