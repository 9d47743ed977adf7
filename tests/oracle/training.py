"""Axis ``training``: which functions or classes hold the loops; rearranges ``draft.sections``."""

from __future__ import annotations

from .draft import Draft, option
from .functions import CALL, extract, nested, parameters, trainer_class
from .imports import header
from .text import Lines, assigned, block, rename

RENAMES = [
    {},
    {},
    {"train_loader": "loader"},
    {"train_loader": "data_loader", "optimizer": "opt"},
    {"scheduler": "lr_sched", "optimizer": "optim_"},
    {"scheduler": "sched"},
]


def epochs(draft: Draft) -> bool:
    return draft.skeleton != "steps"


def not_rebuilt(draft: Draft) -> bool:
    return not draft.marked("fault", "rebuilt-every-epoch", "optimizer-replaced")


def can_be_attributes(draft: Draft) -> bool:
    """Whether what builds the scheduler may become assignments to ``self``."""
    return not_rebuilt(draft) and not draft.marked("writing", "walrus")


@option("training", 7)
def loops_in_line(draft: Draft) -> None:
    """The loops are beside everything else."""


def outer_scope(draft: Draft) -> Lines:
    """Return every name that is bound outside one pass over the loader."""
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
        [*outer_scope(draft), *(draft.global_names if shared else [])],
        returns=sections.results(body, after),
        renames=draft.pick(RENAMES),
        by_keyword=draft.chance(0.15),
    )
    sections.replace_epoch(call)
    return definition, name


@option("training", 4, when=epochs)
def epoch_function(draft: Draft) -> None:
    """``train_one_epoch(model, loader, optimizer, scheduler)``."""
    draft.definitions.append(_epoch_function(draft, tail=False)[0])


def _whole_tail(draft: Draft) -> bool:
    """Whether no ``break`` or ``continue`` ties the end of an epoch to its loop."""
    return epochs(draft) and draft.marked("ending", "all-epochs") and "continue" not in draft.needs


@option("training", 1.5, when=_whole_tail)
def epoch_function_with_tail(draft: Draft) -> None:
    """The same, with what ends the epoch (the scheduler's step) inside."""
    draft.definitions.append(_epoch_function(draft, tail=True)[0])


@option("training", 1, when=lambda d: epochs(d) and not_rebuilt(d))
def project_engine(draft: Draft) -> None:
    """``train_one_epoch`` is in the project's ``engine.py``."""
    definition, name = _epoch_function(draft, tail=False, shared=True)
    code = "\n".join(definition)
    helpers = [h for h in draft.helpers if any(f"{_defined(h)}(" in line for line in definition)]
    code = "\n\n\n".join(["\n".join(h) for h in helpers] + [code])
    text = "\n".join([*header(code, draft.seed), "", "", code, ""])
    draft.files["engine.py"] = text.lstrip("\n")
    draft.project_imports.append(f"from engine import {name}")


def _defined(helper: Lines) -> str:
    """Return the name that a helper's lines define."""
    return next(n for n in assigned(helper))


@option("training", 1.5, when=epochs)
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


@option("training", 2, when=lambda d: not d.marked("ending", "step-limit"))
def step_function(draft: Draft) -> None:
    """``train_step(model, x, y, optimizer, scheduler)``."""
    sections = draft.sections
    inner = assigned([*sections.epoch_head, *sections.batch_loop.render(["pass"])])
    scope = [*outer_scope(draft), *(n for n in inner if n not in ("batch", "pbar", "bar", "extra"))]
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
    making += sections.wiring
    body = [*sections.counters, *sections.resume, *sections.loop_before, *sections.loops()]
    scope = [*assigned(making), *draft.main_names]
    draft.definitions.append(_whole(draft, body, scope))


def _whole(draft: Draft, body: Lines, scope: Lines) -> Lines:
    name = draft.pick(["train", "fit", "run_training"])
    definition, call = extract(name, body, scope, renames=draft.pick(RENAMES))
    draft.sections.replace_loops(call)
    return definition


def make_trainer(
    draft: Draft, *, builds: bool, methods: bool, configure: bool = False, split: bool = False
) -> None:
    """Move the training into a class; ``split``: into two, one the base of the other."""
    sections = draft.sections
    construct: Lines = []
    build: Lines = []
    given = sections.given()
    if builds:
        construct = [*sections.optimizer, *sections.derived]
        (build if configure else construct).extend([*sections.scheduler, *sections.wiring])
    else:
        given = [*given, *sections.optimizer, *sections.derived, *sections.scheduler]
        given += sections.wiring
    construct += sections.counters
    epoch: Lines = []
    returns: Lines = []
    if methods:
        epoch, tail = sections.epoch, sections.epoch_tail
        returns = sections.results(epoch, tail)
        train = [*sections.loop_before, *sections.loop.render([CALL, *tail])]
    else:
        train = [*sections.loop_before, *sections.loops()]
    name = draft.pick(["Trainer", "Learner", "Experiment"])
    loop_names = assigned([*sections.loop_before, *sections.loop.render(["pass"])])
    definition, use = trainer_class(
        name,
        construct,
        build,
        sections.resume,
        train,
        epoch,
        [*assigned(given), *draft.main_names],
        loop_names,
        returns,
        f"Base{name}" if split else "",
    )
    draft.definitions.append(definition)
    if builds:
        sections.optimizer = sections.derived = sections.scheduler = sections.wiring = []
    sections.replace_loops(use)


@option("training", 2.5, when=can_be_attributes)
def trainer(draft: Draft) -> None:
    """A class that builds optimizer and scheduler, with a method for the epoch."""
    make_trainer(draft, builds=True, methods=epochs(draft))


@option("training", 1, when=can_be_attributes)
def trainer_configures(draft: Draft) -> None:
    """The scheduler is built in a separate method."""
    make_trainer(draft, builds=True, methods=epochs(draft), configure=True)


@option("training", 1, when=not_rebuilt)
def trainer_given(draft: Draft) -> None:
    """A class that takes optimizer and scheduler as arguments."""
    make_trainer(draft, builds=False, methods=epochs(draft))


@option("training", 1, when=can_be_attributes)
def trainer_one_method(draft: Draft) -> None:
    """All loops in one method."""
    make_trainer(draft, builds=True, methods=False)


@option("training", 0.9, when=can_be_attributes)
def trainer_subclass(draft: Draft) -> None:
    """A base class with the loops; the subclass builds and trains an epoch."""
    make_trainer(draft, builds=True, methods=epochs(draft), configure=True, split=True)


def _self_contained(draft: Draft) -> bool:
    """Whether one pass over the loader returns nothing."""
    sections = draft.sections
    body, after = sections.epoch, [*sections.epoch_tail, *sections.end]
    return not sections.results(body, after) and not set(assigned(body)) & set(outer_scope(draft))


@option("training", 0.9, when=lambda d: epochs(d) and _self_contained(d))
def context_object(draft: Draft) -> None:
    """``train_one_epoch(ctx)``: everything is passed in one namespace."""
    sections = draft.sections
    body = sections.epoch
    loop = assigned(sections.loop.render(["pass"]))
    outside = [n for n in outer_scope(draft) if n not in loop]
    carried = parameters(body, outside)
    passed = parameters(body, loop)
    inner = rename(body, {n: f"ctx.{n}" for n in carried})
    definition = block(f"def train_one_epoch({', '.join(['ctx', *passed])}):", inner)
    draft.definitions.append(definition)
    made = f"ctx = SimpleNamespace({', '.join(f'{n}={n}' for n in carried)})"
    sections.loop_before = [*sections.loop_before, made]
    sections.replace_epoch([f"train_one_epoch({', '.join(['ctx', *passed])})"])


@option("training", 0.9, when=lambda d: epochs(d) and _self_contained(d))
def keyword_dictionary(draft: Draft) -> None:
    """``train_one_epoch(**common)``."""
    sections = draft.sections
    body = sections.epoch
    loop = assigned(sections.loop.render(["pass"]))
    outside = [n for n in outer_scope(draft) if n not in loop]
    definition, _ = extract("train_one_epoch", body, [*loop, *outside])
    draft.definitions.append(definition)
    carried = parameters(body, outside)
    passed = parameters(body, loop)
    common = f"common = dict({', '.join(f'{n}={n}' for n in carried)})"
    sections.loop_before = [*sections.loop_before, common]
    sections.replace_epoch([f"train_one_epoch({', '.join([*passed, '**common'])})"])
