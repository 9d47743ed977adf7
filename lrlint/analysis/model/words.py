"""What names suggest: which numbers count epochs, which iterables give batches.

A name is weak evidence. It decides the unit of a number whose value is unknown, which unknowns are
loaders, and whether a condition asks for the rank of the process.
"""

from __future__ import annotations

import re

from lrlint.symbolic import Unit

_RATE = re.compile(
    r"(^|_)(lr|lrs|rate|gamma|factor|ratio|frac|fraction|pct|percent|momentum|decay|wd|eta|alpha"
    r"|beta|betas|eps|prob|dropout|temperature|weight)($|_|\d)"
    r"|lr$|^lr"
)
_UNITS: tuple[tuple[re.Pattern[str], Unit], ...] = (
    (
        re.compile(r"(per_(device_)?(train_|eval_)?)?batch_?size|^bs$|(^|_)bsz($|_)"),
        Unit.BATCH_SIZE,
    ),
    (
        re.compile(
            r"(step|iter|iteration|batche|batch|update)s?_(per|in|each)_(an?_)?epoch"
            r"|(^|_)(num_|n_)?(batches|train_batches)$|^niter_per_ep$|^iters_per_epoch$"
            r"|loader_(len|length)$|(^|_)(len|length)_(\w+_)?(data_?)?loader$"
        ),
        Unit.BATCH,
    ),
    (
        re.compile(r"(^|_)(num|n|number_of|total)_(train_|training_)?(samples|examples|images)$"),
        Unit.SAMPLE,
    ),
    (re.compile(r"epoch(?!s?_per)|(^|_)ep(s)?$"), Unit.EPOCH),
    (
        re.compile(
            r"(^|_)(max|num|total|n|warm_?up|train|training|global|decay)?_?"
            r"(steps|iters|iterations|iter|updates|step)$"
        ),
        Unit.STEP,
    ),
)
_LOADER = re.compile(
    r"loader|(^|_)dl(s)?($|_)|(^|_)batches($|_)|(^|_)(data|train|val|test)_?iter(ator)?($|_)"
)
_DATA = re.compile(r"data_?set|(^|_)ds($|_)|samples|(^|_)data$|images|(^|_)[xX](_?train)?$")
_RANK = re.compile(
    r"rank|is_(main|master|local_main)|main_process|(^|_)gpu$|is_primary|global_zero|host_id"
)
_ASKS_FOR_RANK = re.compile(
    r"get_rank\(|\b(local_|global_|node_)?rank\b\s*(==|!=|<|>|in\b)|is_(main|master|rank)|main_process"
    r"|global_zero|is_local_main"
)
_ASKS_FOR_SETUP = re.compile(
    r"\b(is_(torchelastic_)?(initialized|launched)|is_(\w+_)?available)\b(\(|$)"
)
_RANK_NUMBER = re.compile(r"\b(local_|global_|node_)?rank\b")
_EVALUATION = re.compile(
    r"(^|_)(val|valid|validation|test|eval|dev)($|_|\d)|^(val|test|eval|valid)"
)


_MAYBE_ZERO = re.compile(r"start|begin|resum|warm|init|offset|skip|last|done|trained|prev")


def may_be_zero(path: str) -> bool:
    """Whether a count of this name may well be 0: where to start, how long to warm up."""
    return _MAYBE_ZERO.search(last_part(path)) is not None


def last_part(path: str) -> str:
    """Return the last part in snake case: ``epochs`` of ``args.epochs`` and ``cfg["epochs"]``."""
    part = re.split(r"[.\[]", path)[-1].strip("]\"' ")
    if not part or part.isdigit():
        part = re.split(r"[.\[]", path)[0]
    part = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", part)
    return part.lower()


def unit_of(path: str) -> Unit | None:
    """Return the unit that a name suggests."""
    part = last_part(path)
    if "accum" in part:
        return None  # `gradient_accumulation_steps` is a ratio
    for pattern, unit in _UNITS:
        if pattern.search(part):
            return unit
    return None


def is_rate(path: str) -> bool:
    """Whether the name suggests a real number such as a learning rate, rather than a count."""
    return _RATE.search(last_part(path)) is not None


def is_loader(path: str) -> bool:
    """Whether the name suggests an iterable of batches."""
    return _LOADER.search(last_part(path)) is not None


def is_data(path: str) -> bool:
    """Whether the name suggests a collection of samples."""
    return _DATA.search(last_part(path)) is not None


def is_rank(path: str) -> bool:
    """Whether the name suggests the rank of a process."""
    return _RANK.search(path.lower()) is not None


def is_rank_number(path: str) -> bool:
    """Whether a number of this name is the rank of a process, and not that of a LoRA matrix."""
    return _RANK_NUMBER.search(path.lower()) is not None


def asks_for_rank(text: str) -> bool:
    """Whether the text of a condition asks which process this is."""
    return _ASKS_FOR_RANK.search(text) is not None


def asks_for_setup(text: str) -> bool:
    """Whether a condition asks what the process has, such as a GPU or other processes."""
    return _ASKS_FOR_SETUP.search(text) is not None


def is_evaluation(path: str) -> bool:
    """Whether the name suggests data for evaluation only."""
    return _EVALUATION.search(last_part(path)) is not None


UNNAMED = "a value"
"""The name of a number that is one of two, until it is bound to a name."""
HELD = "held by an object of "
"""The beginning of a reason: nothing in view constructs the object that holds a scheduler."""
CALLS_OF = "calls of "
"""The beginning of ``over`` of a loop whose iterations are the calls of a function."""


def unknown_trips(over: str | None) -> str:
    """Return what is not known of a loop without a trip count."""
    if over is not None and over.startswith(CALLS_OF):
        return f"how often {over.removeprefix(CALLS_OF)} is called"
    return f"how often the loop over {over or '?'} runs"
