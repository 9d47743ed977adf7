"""Axis ``writing``, continued: constructor calls that take a detour."""

from __future__ import annotations

from .draft import Draft, option
from .text import Lines, block, literal
from .writing import arguments, by_name


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
