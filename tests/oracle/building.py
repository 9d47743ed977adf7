"""Axis ``build``: where the scheduler is made. Each option rearranges ``draft.sections``."""

from __future__ import annotations

from .draft import Draft, option
from .functions import extract
from .imports import header
from .text import Lines, assigned, rename, used

NAMES = ["build_scheduler", "make_scheduler", "get_scheduler", "create_lr_scheduler"]


def _movable(draft: Draft) -> bool:
    """Whether the scheduler is built once, by statements that can move together."""
    return not draft.marked("fault", "optimizer-replaced", "rebuilt-every-epoch")


def _one(draft: Draft) -> bool:
    return _movable(draft) and draft.skeleton != "gan"


@option("build", 8)
def in_line(draft: Draft) -> None:
    """Where it is used."""


def _extract(draft: Draft, body: Lines, returns: Lines, *, shared: bool) -> tuple[Lines, Lines]:
    """Return a function that builds; ``shared``: in a module that lacks this one's constants."""
    scope = ["optimizer", *draft.sections.scope_for_building(), *draft.main_names]
    if shared:
        scope += draft.global_names
    both = "optimizer" in returns
    inside = assigned(body)
    return extract(
        "configure_optimization" if both else draft.pick(NAMES),
        body,
        [n for n in scope if n not in inside],
        returns=returns,
        renames={"optimizer": "opt"} if draft.chance(0.25) and not both else {},
        by_keyword=draft.chance(0.2),
        document=draft.pick(["", "", "Build the learning-rate schedule."]),
    )


def _take(draft: Draft) -> tuple[Lines, Lines]:
    """Return the statements to move (in some scripts also lengths), and the names they need."""
    sections = draft.sections
    body, sections.scheduler = sections.scheduler, []
    if sections.derived and draft.chance(0.4):
        body, sections.derived = [*sections.derived, *body], []
    start = [*sections.wiring, *sections.counters, *sections.resume]
    later = used([*start, *sections.loops(), *sections.end])
    later.add("scheduler")
    return body, [n for n in assigned(body) if n in later]


@option("build", 3, when=_one)
def factory(draft: Draft) -> None:
    """``scheduler = build_scheduler(optimizer, args)``."""
    body, returns = _take(draft)
    definition, call = _extract(draft, body, returns, shared=False)
    draft.definitions += [*draft.schedule_helpers, definition]
    draft.schedule_helpers = []
    draft.sections.scheduler = call


@option("build", 1.5, when=_one)
def factory_of_both(draft: Draft) -> None:
    """``optimizer, scheduler = configure_optimization(model, args)``."""
    body, returns = _take(draft)
    body = [*draft.sections.optimizer, *body]
    draft.sections.optimizer = []
    definition, call = _extract(draft, body, ["optimizer", *returns], shared=False)
    draft.definitions += [*draft.schedule_helpers, definition]
    draft.schedule_helpers = []
    draft.sections.scheduler = call


@option("build", 1.5, when=_one)
def project_schedules(draft: Draft) -> None:
    """The factory is in a module of the project."""
    body, returns = _take(draft)
    definition, call = _extract(draft, body, returns, shared=True)
    name = definition[0].split("(")[0].removeprefix("def ")
    texts = [*draft.schedule_helpers, definition]
    draft.schedule_helpers = []
    module = draft.pick(["schedules", "lr_utils", "optim_utils", "lib.schedule"])
    code = "\n\n\n".join("\n".join(lines) for lines in texts)
    text = "\n".join([*header(code, draft.seed), "", "", code, ""])
    draft.files[f"{module.replace('.', '/')}.py"] = text.lstrip("\n")
    if draft.chance(0.3) and "." not in module:
        draft.project_imports.append(f"import {module}")
        call = [line.replace(f"{name}(", f"{module}.{name}(") for line in call]
    else:
        draft.project_imports.append(f"from {module} import {name}")
    draft.sections.scheduler = call


@option("build", 1.5, when=lambda d: _movable(d) and d.marked("players", "same"))
def factory_twice(draft: Draft) -> None:
    """One factory for the two optimizers of a GAN."""
    body = draft.one_schedule
    definition, call = _extract(draft, body, ["scheduler"], shared=False)
    draft.definitions += [*draft.schedule_helpers, definition]
    draft.schedule_helpers = []
    draft.sections.scheduler = [
        line
        for player in "gd"
        for line in rename(call, {n: f"{n}_{player}" for n in ("optimizer", "scheduler")})
    ]
