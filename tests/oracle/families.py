"""Axis ``family``: one scheduler, or several joined by ``SequentialLR`` or ``ChainedScheduler``.

An option returns the lines that bind ``scheduler``.
"""

from __future__ import annotations

from .draft import Draft, option
from .horizons import Horizon, whole
from .schedulers import Arguments, Call
from .text import Lines, call, prefixed
from .writing import assign


def _take_closures(draft: Draft) -> Lines:
    """Return the functions that the scheduler's arguments name, defined beside it."""
    lines, draft.schedule_before = draft.schedule_before, []
    return lines


def _alone(draft: Draft) -> bool:
    """Whether no second scheduler takes turns with this one."""
    hands = ("hand-over-epochs", "hand-over-steps", "warmup-batches-then-epochs")
    others = ("weight-averaging", "fractional-epoch", "epoch-argument", "by-class-batch")
    return not draft.marked("cadence", *hands, *others)


@option("family", 8)
def single(draft: Draft) -> Lines:
    draft.call = draft.choose("scheduler")
    lines: Lines = draft.choose("writing")
    return [*_take_closures(draft), *lines]


def warmup_length(draft: Draft) -> Horizon:
    """Return a warm-up shorter than the training (where the training is not tiny)."""
    if draft.chance(0.15):
        length = whole(draft)
        share = draft.pick(["0.1", "0.2", "0.3"])
        warmup = max(1, int(float(share) * length.value))
        return Horizon(f"max(1, int({share} * {length.atom}))", warmup)
    number = draft.rng.randrange(1, max(2, min(draft.count // 2 + 1, 7)))
    name = "warmup_epochs" if draft.unit == "epoch" else "warmup_steps"
    text = draft.number(name, number, configured=0.6)
    if text.isdigit():
        return Horizon(text, int(text))
    value = draft.settings[draft.config.spelling.get(name, name)]
    assert isinstance(value, int)
    return Horizon(text, value)


def warmup_call(draft: Draft, length: Horizon) -> Call:
    """Return the scheduler of a warm-up."""
    arguments: Arguments = [("start_factor", draft.pick(["0.1", "0.01", "1e-3", "1 / 3"]))]
    if draft.chance(0.4):
        arguments.append(("end_factor", "1.0"))
    arguments.append(("total_iters", length.text))
    if draft.chance(0.15):
        return Call("ConstantLR", [("factor", "0.1"), ("total_iters", length.text)], 0)
    if draft.chance(0.15):
        ramp = f"lambda step: (step + 1) / ({length.text} + 1)"
        return Call("LambdaLR", [("lr_lambda", ramp)])
    return Call("LinearLR", arguments, 0)


DECAY = [("start_factor", "1.0"), ("end_factor", "0.1")]


def main_call(draft: Draft, warmup: Horizon) -> Call:
    """Return the scheduler after a warm-up: its length is deducted, or forgotten."""
    length = whole(draft)
    rest = length.text
    if draft.chance(0.65) and length.value - warmup.value >= 1:
        draft.mark("warmup", "deducted")
        rest = f"{length.text} - {warmup.text}"
    else:
        draft.mark("warmup", "not-deducted")
    eta = draft.pick([[], [], [("eta_min", "1e-6")]])
    calls = [
        Call("CosineAnnealingLR", [("T_max", rest), *eta]),
        Call("CosineAnnealingLR", [("T_max", rest), *eta]),
        Call("ExponentialLR", [("gamma", "0.9")]),
        Call("StepLR", [("step_size", draft.pick(["2", "3", "5"])), ("gamma", "0.5")]),
        Call("MultiStepLR", [("milestones", "[2, 5]"), ("gamma", "0.1")]),
        Call("PolynomialLR", [("total_iters", rest), ("power", "0.9")], 0),
        Call("LinearLR", [*DECAY, ("total_iters", rest)], 0),
        Call("CosineAnnealingWarmRestarts", [("T_0", draft.pick(["2", "4"])), ("T_mult", "2")]),
        Call("LambdaLR", [("lr_lambda", "lambda epoch: 0.9 ** epoch")]),
        Call("ConstantLR", [("factor", "1.0"), ("total_iters", "1")], 0),
    ]
    return draft.pick(calls)


def _names(draft: Draft) -> tuple[str, str]:
    return draft.pick(
        [
            ("warmup", "cosine"),
            ("warmup_scheduler", "main_scheduler"),
            ("scheduler1", "scheduler2"),
        ]
    )


@option("family", 2, when=_alone)
def sequential(draft: Draft) -> Lines:
    """A warm-up, then the schedule proper."""
    warmup = warmup_length(draft)
    one, two = warmup_call(draft, warmup), main_call(draft, warmup)
    draft.mark("child", two.name)
    first, second = _names(draft)
    milestone = warmup.text if draft.chance(0.9) else f"{warmup.text} + 1"
    style = draft.pick(["names", "names", "inline"])
    if style == "names":
        lines = [*assign(draft, first, one), *assign(draft, second, two)]
        children = f"[{first}, {second}]"
    else:
        lines = ["parts = []", *_append(draft, one), *_append(draft, two)]
        children = "parts"
    given = draft.pick(
        [
            ["optimizer", f"schedulers={children}", f"milestones=[{milestone}]"],
            ["optimizer", children, f"[{milestone}]"],
            ["optimizer", children, f"milestones=[{milestone}]"],
        ]
    )
    built = call(draft.construct("SequentialLR"), given, fold=draft.chance(0.3))
    return [*lines, *prefixed("scheduler = ", built)]


def _append(draft: Draft, made: Call) -> Lines:
    (line, *rest) = assign(draft, "part", made)
    return [line, *rest, "parts.append(part)"]


@option("family", 0.7, when=_alone)
def three_stages(draft: Draft) -> Lines:
    """Warm-up, plateau, decay."""
    warmup = warmup_length(draft)
    hold = draft.pick([1, 2, 3])
    one = warmup_call(draft, warmup)
    two = Call("ConstantLR", [("factor", "1.0"), ("total_iters", str(hold))], 0)
    three = main_call(draft, warmup)
    milestones = f"[{warmup.text}, {warmup.text} + {hold}]"
    return [
        *assign(draft, "warmup", one),
        *assign(draft, "stable", two),
        *assign(draft, "decay", three),
        f"scheduler = {draft.construct('SequentialLR')}(",
        "    optimizer,",
        "    schedulers=[warmup, stable, decay],",
        f"    milestones={milestones},",
        ")",
    ]


@option("family", 1.2, when=_alone)
def chained(draft: Draft) -> Lines:
    """Two schedulers that step together."""
    warmup = warmup_length(draft)
    one = warmup_call(draft, warmup)
    two = draft.pick(
        [
            Call("ExponentialLR", [("gamma", "0.9")]),
            Call("StepLR", [("step_size", "3"), ("gamma", "0.5")]),
            Call("MultiStepLR", [("milestones", "[3, 6]")]),
            Call("CosineAnnealingLR", [("T_max", whole(draft).text)]),
        ]
    )
    draft.mark("child", two.name)
    first, second = _names(draft)
    order = [first, second] if draft.chance(0.7) else [second, first]
    last = draft.pick(["", "", ", optimizer=optimizer"])
    return [
        *assign(draft, first, one),
        *assign(draft, second, two),
        f"scheduler = {draft.construct('ChainedScheduler')}([{', '.join(order)}]{last})",
    ]


@option("family", 1.5, when=_alone)
def copied_function(draft: Draft) -> Lines:
    """The script's own copy of ``get_cosine_schedule_with_warmup`` and its like."""
    warmup, length = warmup_length(draft), whole(draft)
    name = draft.pick(["get_cosine_schedule_with_warmup", "get_linear_schedule_with_warmup"])
    if name not in draft.copied:
        draft.copied.add(name)
        draft.schedule_helpers.append(COPIES[name](draft))
    w, total = "num_warmup_steps", "num_training_steps"
    given = draft.pick(
        [
            ["optimizer", warmup.text, length.text],
            ["optimizer", f"{w}={warmup.text}", f"{total}={length.text}"],
        ]
    )
    return prefixed("scheduler = ", call(name, given, fold=draft.chance(0.3)))


def _copied(draft: Draft, name: str, result: Lines) -> Lines:
    step = draft.pick(["current_step", "step"])
    w, total = "num_warmup_steps", "num_training_steps"
    body = [
        f"if {step} < {w}:",
        f"    return float({step}) / float(max(1, {w}))",
        *(line.replace("STEP", step) for line in result),
    ]
    return [
        f"def {name}(optimizer, {w}, {total}, last_epoch=-1):",
        f"    def lr_lambda({step}):",
        *(f"        {line}" for line in body),
        "",
        f"    return {draft.construct('LambdaLR')}(optimizer, lr_lambda, last_epoch)",
    ]


COPIES = {
    "get_cosine_schedule_with_warmup": lambda draft: _copied(
        draft,
        "get_cosine_schedule_with_warmup",
        [
            "progress = float(STEP - num_warmup_steps) / float(",
            "    max(1, num_training_steps - num_warmup_steps)",
            ")",
            "return max(0.0, 0.5 * (1.0 + math.cos(math.pi * 0.5 * 2.0 * progress)))",
        ],
    ),
    "get_linear_schedule_with_warmup": lambda draft: _copied(
        draft,
        "get_linear_schedule_with_warmup",
        [
            "rest = float(num_training_steps - STEP)",
            "return max(0.0, rest / float(max(1, num_training_steps - num_warmup_steps)))",
        ],
    ),
}
