"""Axis ``training``: which functions or classes hold the loops; rearranges ``draft.sections``."""

from __future__ import annotations

from .draft import Draft, option
from .functions import CALL, extract, nested, trainer_class
from .imports import header
from .text import Lines, assigned

RENAMES = [
    {},
    {},
    {"train_loader": "loader"},
    {"train_loader": "data_loader", "optimizer": "opt"},
    {"scheduler": "lr_sched", "optimizer": "optim_"},
    {"scheduler": "sched"},
]


def _epochs(draft: Draft) -> bool:
    return draft.skeleton != "steps"


def _not_rebuilt(draft: Draft) -> bool:
    return not draft.marked("fault", "rebuilt-every-epoch", "optimizer-replaced")


@option("training", 7)
def loops_in_line(draft: Draft) -> None:
    """The loops stand where everything stands."""


def _scope(draft: Draft) -> Lines:
    """Every name that is bound outside one pass over the loader."""
    sections = draft.sections
    loop = assigned(sections.loop.render(["pass"]))
    return [*assigned(sections.before()), *draft.main_names, *loop]


def _epoch_function(draft: Draft, *, tail: bool, shared: bool = False) -> tuple[Lines, str]:
    sections = draft.sections
    body, after = sections.epoch, [*sections.epoch_tail, *sections.end]
    if tail:
        body, after = [*body, *sections.epoch_tail], sections.end
        sections.epoch_tail = []
    name = draft.pick(["train_one_epoch", "train_epoch", "run_epoch"])
    definition, call = extract(
        name,
        body,
        [*_scope(draft), *(draft.global_names if shared else [])],
        returns=sections.results(body, after),
        renames=draft.pick(RENAMES),
        by_keyword=draft.chance(0.15),
    )
    sections.replace_epoch(call)
    return definition, name


@option("training", 4, when=_epochs)
def epoch_function(draft: Draft) -> None:
    """``train_one_epoch(model, loader, optimizer, scheduler)``."""
    draft.definitions.append(_epoch_function(draft, tail=False)[0])


@option("training", 1.5, when=_epochs)
def epoch_function_with_tail(draft: Draft) -> None:
    """The same, with what ends the epoch (the scheduler's step) inside."""
    draft.definitions.append(_epoch_function(draft, tail=True)[0])


@option("training", 1, when=lambda d: _epochs(d) and _not_rebuilt(d))
def project_engine(draft: Draft) -> None:
    """``train_one_epoch`` stands in the project's ``engine.py``."""
    definition, name = _epoch_function(draft, tail=False, shared=True)
    code = "\n".join(definition)
    helpers = [h for h in draft.helpers if any(f"{_defined(h)}(" in line for line in definition)]
    code = "\n\n\n".join(["\n".join(h) for h in helpers] + [code])
    text = "\n".join([*header(code, draft.seed), "", "", code, ""])
    draft.files["engine.py"] = text.lstrip("\n")
    draft.project_imports.append(f"from engine import {name}")


def _defined(helper: Lines) -> str:
    """The name that a helper's lines define."""
    return next(n for n in assigned(helper))


@option("training", 1.5, when=_epochs)
def epoch_closure(draft: Draft) -> None:
    """A function that uses the variables around it."""
    sections = draft.sections
    flat = draft.marked("layout", "flat")
    returns = sections.results(sections.epoch, [*sections.epoch_tail, *sections.end])
    definition, call = nested(
        draft.pick(["train", "train_epoch"]),
        sections.epoch,
        assigned(sections.loop.render(["pass"])),
        [*assigned(sections.before()), *draft.main_names],
        "global" if flat else "nonlocal",
        returns,
    )
    sections.replace_epoch(call)
    if flat:
        draft.definitions.append(definition)
    else:
        sections.loop_before = [*sections.loop_before, "", *definition, ""]


@option("training", 2)
def step_function(draft: Draft) -> None:
    """``train_step(model, x, y, optimizer, scheduler)``."""
    sections = draft.sections
    inner = assigned([*sections.epoch_head, *sections.batch_loop.render(["pass"])])
    scope = [*_scope(draft), *(n for n in inner if n not in ("batch", "pbar", "bar", "extra"))]
    after = [*sections.epoch_tail, *sections.end]
    definition, call = extract(
        draft.pick(["train_step", "training_step"]),
        sections.batch,
        scope,
        returns=sections.results(sections.batch, after),
    )
    draft.definitions.append(definition)
    sections.batch = call


@option("training", 2)
def train_function(draft: Draft) -> None:
    """All loops in ``train(model, loader, optimizer, scheduler, …)``."""
    sections = draft.sections
    making = [*sections.given(), *sections.optimizer, *sections.derived, *sections.scheduler]
    body = [*sections.counters, *sections.resume, *sections.loop_before, *sections.loops()]
    scope = [*assigned(making), *draft.main_names]
    draft.definitions.append(_whole(draft, body, scope))


def _whole(draft: Draft, body: Lines, scope: Lines) -> Lines:
    name = draft.pick(["train", "fit", "run_training"])
    definition, call = extract(name, body, scope, renames=draft.pick(RENAMES))
    draft.sections.replace_loops(call)
    return definition


def _trainer(draft: Draft, *, builds: bool, methods: bool, configure: bool = False) -> None:
    sections = draft.sections
    construct: Lines = []
    build: Lines = []
    given = sections.given()
    if builds:
        construct = [*sections.optimizer, *sections.derived]
        (build if configure else construct).extend(sections.scheduler)
    else:
        given = [*given, *sections.optimizer, *sections.derived, *sections.scheduler]
    construct += sections.counters
    epoch: Lines = []
    returns: Lines = []
    if methods:
        epoch, tail = sections.epoch, sections.epoch_tail
        returns = sections.results(epoch, tail)
        train = [*sections.loop_before, *sections.loop.render([CALL, *tail])]
    else:
        train = [*sections.loop_before, *sections.loops()]
    scope = [*assigned(given), *draft.main_names]
    name = draft.pick(["Trainer", "Learner", "Experiment"])
    loop_names = assigned([*sections.loop_before, *sections.loop.render(["pass"])])
    definition, use = trainer_class(
        name, construct, build, sections.resume, train, epoch, scope, loop_names, returns
    )
    draft.definitions.append(definition)
    if builds:
        sections.optimizer = sections.derived = sections.scheduler = []
    sections.replace_loops(use)


@option("training", 2.5, when=_not_rebuilt)
def trainer(draft: Draft) -> None:
    """A class that builds optimizer and scheduler, with a method for the epoch."""
    _trainer(draft, builds=True, methods=_epochs(draft))


@option("training", 1, when=_not_rebuilt)
def trainer_configures(draft: Draft) -> None:
    """The scheduler is built in a method of its own."""
    _trainer(draft, builds=True, methods=_epochs(draft), configure=True)


@option("training", 1, when=_not_rebuilt)
def trainer_given(draft: Draft) -> None:
    """A class that is handed optimizer and scheduler."""
    _trainer(draft, builds=False, methods=_epochs(draft))


@option("training", 1, when=_not_rebuilt)
def trainer_one_method(draft: Draft) -> None:
    """All loops in one method."""
    _trainer(draft, builds=True, methods=False)
