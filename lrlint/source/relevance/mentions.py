"""The byte tests: whether a file speaks of LR schedules, or starts what speaks of them."""

from __future__ import annotations

import re

# Words are looked for one by one: an alternation, or a set of first characters, costs ten times as
# much as all of them. A pattern that begins with letters is looked for as fast as memory is read
# where the first of them is rare in code, as capitals are; `in` is as fast for the others.
_NAMED = (re.compile(rb"Sched"), re.compile(rb"SCHED"))

# A scheduler class imported from a module that is not called "scheduler": `StepLR`, `SWALR`.
_CLASS = (
    re.compile(rb"LR(?:(?<=[A-Za-z0-9_]LR)(?![A-Za-z0-9])|(?<=ReduceLR)OnPlateau)"),
    re.compile(rb"WarmRestarts"),
    re.compile(rb"OneCycle"),
    # transformers and TRL build a schedule from these.
    re.compile(rb"TrainingArguments"),
    re.compile(rb"(?:SFT|PO|KTO|RLOO|Reward)Config"),
)

# hydra builds what a settings file names, with the optimizer and its schedule.
_BUILDS = b"hydra.utils"

# A scheduler that came from elsewhere under another name: `lr_policy.step()`, `warmup.step()`.
_STEP = re.compile(rb"\.step\(")
_STEPPED = re.compile(rb"(?:lr|LR|warm|anneal|decay|plateau|polic|sch)[A-Za-z0-9_]*\)?\.step\(")

# A helper of another module that steps it or writes the LR: `model.update_learning_rate()`,
# `adjust_learning_rate(optimizer, epoch)`.
_HELPER = re.compile(rb"\w(?:learning_rate|_lr)\(")

FITTED = frozenset({"train_objectives", "warmup_steps"})
"""Arguments of ``fit`` of sentence-transformers' models, which builds a schedule."""

# "schedule" is an English word and job schedulers are common, so a file that has nothing else needs
# one more sign: something is stepped, optimized, or built by a call named after a schedule.
_TRAINS = (
    re.compile(rb"optim(?:i[sz]er|_|\b)"),  # not "optimal", "optimize"
    re.compile(rb"Optim(?:i[sz]er|_|\b)"),
    re.compile(rb"OPTIM"),
    re.compile(rb"\.step\b"),
    re.compile(rb"step_update"),
    re.compile(rb"step[\"'](?<=[\"']step[\"'])"),
    re.compile(rb"LR(?:[A-Z_]|(?<=[a-z]LR))"),
    re.compile(rb"lr(?:\b|_|(?<=\blr)|(?<=_lr))"),
    re.compile(rb"learning_rate"),
    re.compile(rb"get_\w*schedule"),
    re.compile(rb"cheduler(?<=[Ss]cheduler)s?\("),
    re.compile(rb"schedule_with"),
)


# An LR that is written by hand: `group["lr"] = …`, `group["lr"].fill_(…)`, `optimizer.lr = …`.
_WRITES = re.compile(
    rb"""\[["']lr["']\]\s*[-+*/]?=(?!=)|\[["']lr["']\]\.\w+_\(|opt\w*\.(?:lr|learning_rate)\s*=(?!=)"""
    rb"""|param_groups\[\w+\]\.update\(|\.update\(\s*\{?\s*["']?lr["']?\s*[=:]"""
)


def mentions_schedule(data: bytes) -> bool:
    """Whether the bytes of a file (Python or notebook) may build or step an LR scheduler."""
    if b"sched" in data or _has(_NAMED, data):
        return _has(_TRAINS, data) or _has(_CLASS, data)
    if writes_rate(data):
        return True
    if _has(_CLASS, data) or (_STEP.search(data) and _STEPPED.search(data)):
        return True
    if _BUILDS in data and b"instantiate" in data and b"hydra.main" in data:
        return True
    if b"sentence_transformers" in data and any(name.encode() in data for name in FITTED):
        return True
    return (b"learning_rate(" in data or b"_lr(" in data) and _HELPER.search(data) is not None


def writes_rate(data: bytes) -> bool:
    """Whether the bytes of a file may write an LR into an optimizer."""
    is_torch = b"param_groups" in data or (b"optim" in data and b"torch" in data)
    return is_torch and _WRITES.search(data) is not None


# What runs whenever the file does: under `if __name__ == "__main__":`, or a call or a loop at the
# start of a row. The commands of click and typer are run by scripts that pip installs.
_RUNS = (
    re.compile(rb"__main__"),
    re.compile(rb"\n@[A-Za-z_][A-Za-z0-9_]*\.command\("),
    re.compile(rb"\n[A-Za-z_][A-Za-z0-9_.]*\("),
    re.compile(rb"\n(?:for|with|while) "),
    re.compile(rb"\n[A-Za-z_][A-Za-z0-9_, ]* = [A-Za-z0-9_.]*(?:train|fit|run|main)\w*\("),
)
_IMPORTS = re.compile(rb"(?:^|\n)\s*(?:from|import) ")


def starts_something(data: bytes) -> bool:
    """Whether a script, by its bytes, does something when it is run, with what it imports."""
    return _IMPORTS.search(data) is not None and _has(_RUNS, data)


def _has(patterns: tuple[re.Pattern[bytes], ...], data: bytes) -> bool:
    return any(pattern.search(data) for pattern in patterns)


__all__ = ["FITTED", "mentions_schedule", "starts_something", "writes_rate"]
