"""Axis ``writing``: how the call that builds one scheduler is written.

An option receives the ``Call`` in ``draft.call`` and returns the lines that bind ``scheduler``.
"""

from __future__ import annotations

from collections.abc import Callable

from .draft import Draft, option
from .schedulers import Call
from .text import Lines, block, call, indent, literal, prefixed


def arguments(draft: Draft, made: Call) -> Lines:
    """Return the arguments as texts: some by position, the others by name."""
    by_position = draft.pick([0, made.positional])
    texts = [
        text if number < by_position else f"{name}={text}"
        for number, (name, text) in enumerate(made.arguments)
    ]
    if by_position == 0 and draft.chance(0.1):
        return ["optimizer=optimizer", *texts]
    return ["optimizer", *texts]


def construct(draft: Draft, made: Call) -> Lines:
    """Return the constructor call itself."""
    given = arguments(draft, made)
    fold = sum(map(len, given)) > 50 or draft.chance(0.15)
    return call(draft.construct(made.name), given, fold=fold)


def assign(draft: Draft, variable: str, made: Call) -> Lines:
    return prefixed(f"{variable} = ", construct(draft, made))


def _other(draft: Draft) -> Call:
    """Return a scheduler that is not chosen."""
    return draft.pick(
        [
            Call("StepLR", [("step_size", "3"), ("gamma", "0.5")], 2),
            Call("ExponentialLR", [("gamma", "0.9")]),
            Call("CosineAnnealingLR", [("T_max", "7")]),
            Call("MultiStepLR", [("milestones", "[2, 3]")]),
        ]
    )


LABELS = {
    "CosineAnnealingLR": "cosine",
    "StepLR": "step",
    "MultiStepLR": "multistep",
    "ExponentialLR": "exp",
    "OneCycleLR": "onecycle",
    "LambdaLR": "lambda",
    "LinearLR": "linear",
    "PolynomialLR": "poly",
}


def _label(made: Call) -> str:
    return LABELS.get(made.name, made.name.lower())


def _named(draft: Draft) -> tuple[str, str, Call]:
    """Return the setting that chooses, the right label, and the scheduler that is not chosen."""
    other = _other(draft)
    while other.name == draft.call.name:
        other = _other(draft)
    names = [
        "lr_schedule",
        "scheduler_name",
        *(["scheduler", "sched"] if draft.config.variable else []),
    ]
    choice = draft.setting(draft.pick(names), _label(draft.call))
    return choice, _label(draft.call), other


def by_name(draft: Draft) -> bool:
    return not draft.marked("config", "literals") and draft.skeleton != "gan"


@option("writing", 12)
def direct(draft: Draft) -> Lines:
    return assign(draft, "scheduler", draft.call)


@option("writing", 1.2)
def keywords_dict(draft: Draft) -> Lines:
    """``X(optimizer, **kwargs)``."""
    form: Callable[[str, str], str]
    if draft.chance(0.5):
        opening, closing, form = "dict(", ")", lambda name, text: f"{name}={text}"
    else:
        opening, closing, form = "{", "}", lambda name, text: f'"{name}": {text}'
    pairs = ", ".join(form(name, text) for name, text in draft.call.arguments)
    return [
        f"scheduler_kwargs = {opening}{pairs}{closing}",
        f"scheduler = {draft.construct(draft.call.name)}(optimizer, **scheduler_kwargs)",
    ]


@option("writing", 2.5, when=by_name)
def if_chain(draft: Draft) -> Lines:
    """``if args.scheduler == "cosine": … elif …: … else: …``."""
    choice, label, other = _named(draft)
    branches = [(label, draft.call), (_label(other), other)]
    draft.rng.shuffle(branches)
    lines: Lines = []
    for number, (name, made) in enumerate(branches):
        keyword = "elif" if number else "if"
        lines += block(f'{keyword} {choice} == "{name}":', assign(draft, "scheduler", made))
    ending = draft.pick(["raise", "none", "nothing"])
    if ending == "raise":
        shown = choice.replace('"', "'")
        lines += block("else:", [f'raise ValueError(f"unknown scheduler {{{shown}}}")'])
    elif ending == "none":
        lines += block("else:", ["scheduler = None"])
    else:
        lines = ["scheduler = None", *lines]
    return lines


@option("writing", 0.8, when=by_name)
def if_else_default(draft: Draft) -> Lines:
    """The one that is used is the ``else`` branch."""
    _, _, other = _named(draft)
    choice = draft.setting("policy", "default")
    return [
        *block(f'if {choice} == "{_label(other)}":', assign(draft, "scheduler", other)),
        *block("else:", assign(draft, "scheduler", draft.call)),
    ]


@option("writing", 0.7, when=by_name)
def conditional(draft: Draft) -> Lines:
    """``X(...) if args.cosine else Y(...)``."""
    other = _other(draft)
    flag = draft.setting(f"use_{_label(draft.call)}", True)
    one = ", ".join(arguments(draft, draft.call))
    two = ", ".join(arguments(draft, other))
    return [
        "scheduler = (",
        f"    {draft.construct(draft.call.name)}({one})",
        f"    if {flag}",
        f"    else {draft.construct(other.name)}({two})",
        ")",
    ]


@option("writing", 0.8, when=by_name)
def getattr_name(draft: Draft) -> Lines:
    """``getattr(torch.optim.lr_scheduler, args.scheduler)``."""
    name = "lr_scheduler" if draft.config.variable else "scheduler_type"
    choice = draft.setting(name, draft.call.name)
    given = ", ".join(arguments(draft, draft.call))
    if draft.chance(0.5):
        return [f"scheduler = getattr(torch.optim.lr_scheduler, {choice})({given})"]
    return [
        f"scheduler_class = getattr(torch.optim.lr_scheduler, {choice})",
        f"scheduler = scheduler_class({given})",
    ]


@option("writing", 0.8, when=by_name)
def class_table(draft: Draft) -> Lines:
    """``SCHEDULERS[args.scheduler](optimizer, ...)``."""
    choice, label, other = _named(draft)
    entries = [(label, draft.call.name), (_label(other), other.name)]
    draft.rng.shuffle(entries)
    given = ", ".join(arguments(draft, draft.call))
    return [
        "schedulersby_name = {",
        *indent(f'"{name}": {draft.construct(cls)},' for name, cls in entries),
        "}",
        f"scheduler = schedulersby_name[{choice}]({given})",
    ]


@option("writing", 0.6, when=by_name)
def match_statement(draft: Draft) -> Lines:
    choice, label, other = _named(draft)
    return block(
        f"match {choice}:",
        [
            *block(f'case "{_label(other)}":', assign(draft, "scheduler", other)),
            *block(f'case "{label}":', assign(draft, "scheduler", draft.call)),
            *block("case _:", ["scheduler = None"]),
        ],
    )


@option("writing", 0.6, when=by_name)
def table_of_builders(draft: Draft) -> Lines:
    """A dict of lambdas: only the chosen one is called."""
    choice, label, other = _named(draft)
    made = ", ".join(arguments(draft, draft.call))
    idle = ", ".join(arguments(draft, other))
    return [
        "builders = {",
        f'    "{_label(other)}": lambda: {draft.construct(other.name)}({idle}),',
        f'    "{label}": lambda: {draft.construct(draft.call.name)}({made}),',
        "}",
        f"scheduler = builders[{choice}]()",
    ]


# -- detours --------------------------------------------------------------------------------------


@option("writing", 0.7)
def partial_class(draft: Draft) -> Lines:
    """``make = partial(X, T_max=10)``; ``make(optimizer)``."""
    given = ", ".join(f"{name}={text}" for name, text in draft.call.arguments)
    tail = f", {given}" if given else ""
    return [
        f"make_scheduler = partial({draft.construct(draft.call.name)}{tail})",
        "scheduler = make_scheduler(optimizer)",
    ]


@option("writing", 0.6)
def builder_lambda(draft: Draft) -> Lines:
    """``build = lambda opt: X(opt, ...)``."""
    rest = ", ".join(f"{name}={text}" for name, text in draft.call.arguments)
    given = draft.pick(["opt", "optimizer=opt"])
    tail = f", {rest}" if rest else ""
    return [
        f"build = lambda opt: {draft.construct(draft.call.name)}({given}{tail})",
        "scheduler = build(optimizer)",
    ]


@option("writing", 0.7, when=by_name)
def type_key(draft: Draft) -> Lines:
    """``{"type": "StepLR", "step_size": 3}``: the class is a key of its own configuration."""
    pairs = ", ".join(f'"{name}": {text}' for name, text in draft.call.arguments)
    take = draft.pick(['scheduler_cfg.pop("type")', 'scheduler_cfg["type"]'])
    lines = [f'scheduler_cfg = {{"type": {literal(draft.call.name)}, {pairs}}}']
    module = "torch.optim.lr_scheduler"
    if "pop" in take:
        lines.append(f"scheduler_class = getattr({module}, {take})")
        return [*lines, "scheduler = scheduler_class(optimizer, **scheduler_cfg)"]
    kept = '{k: v for k, v in scheduler_cfg.items() if k != "type"}'
    return [*lines, f"scheduler = getattr({module}, {take})(optimizer, **{kept})"]


@option("writing", 0.7, when=by_name)
def optional(draft: Draft) -> Lines:
    """``scheduler = None``, built under a flag that is on."""
    flag = draft.setting("use_scheduler", True)
    given = ", ".join(arguments(draft, draft.call))
    built = [f"scheduler = {draft.construct(draft.call.name)}({given})"]
    return ["scheduler = None", *block(f"if {flag}:", built)]


@option("writing", 0.5, when=by_name)
def early_returns(draft: Draft) -> Lines:
    """A function with one ``return`` per kind of schedule."""
    choice = draft.setting("schedule_kind", "main")
    given = ", ".join(arguments(draft, draft.call))
    body = [
        *block('if kind == "none":', ["return None"]),
        *block('if kind == "main":', [f"return {draft.construct(draft.call.name)}({given})"]),
        'raise ValueError("unknown kind")',
    ]
    draft.schedule_before += [*block("def pick_scheduler(kind):", body), ""]
    return [f"scheduler = pick_scheduler({choice})"]


@option("writing", 0.5)
def walrus(draft: Draft) -> Lines:
    """Built inside a condition."""
    given = ", ".join(arguments(draft, draft.call))
    built = f"(scheduler := {draft.construct(draft.call.name)}({given}))"
    return block(f"if {built} is None:", ['raise ValueError("no scheduler")'])
