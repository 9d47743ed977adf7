"""A seed becomes a complete training script: ``generate(seed)``.

The axes are in the modules beside this one; here they are asked in turn, and their lines are put
together. ``feature_names()`` lists every choice that there is.
"""

from __future__ import annotations

import re

from . import (
    batch_loops,
    bodies,
    building,
    cadence,
    endings,
    epoch_loops,
    families,
    lambdas,
    layout,
    midway,
    optimizers,
    schedulers,
    settings_containers,
    step_counters,
    step_forms,
    step_helpers,
    step_loops,
    training,
    writing,
)
from .case import Case
from .data import evaluation_loader
from .draft import AXES, Draft, option
from .noise import Extras
from .sections import Sections
from .settings import Definitions, spelling
from .step_forms import STEP
from .step_helpers import wiring
from .text import Lines, block, rename

__all__ = ["feature_names", "generate"]

# Imported for the options that they register.
_AXES = (
    *(batch_loops, bodies, building, cadence, endings, epoch_loops, families, lambdas, midway),
    *(optimizers, schedulers, settings_containers, step_counters, step_forms, step_helpers),
    *(step_loops, training, writing),
)


def feature_names() -> list[str]:
    """Return every ``axis:option`` of the generator."""
    return sorted(f"{axis}:{o.name}" for axis, options in AXES.items() for o in options)


# -- skeletons -----------------------------------------------------------------------------------


@option("skeleton", 10)
def epochs(draft: Draft) -> None:
    """Epochs over a loader."""
    draft.epochs, draft.batches = draft.pick(
        [
            *[(draft.rng.randrange(2, 7), draft.rng.randrange(2, 9))] * 6,
            *[(draft.rng.randrange(8, 21), draft.rng.randrange(2, 4))] * 3,
            (1, draft.rng.randrange(8, 41)),
            (draft.rng.randrange(18, 31), 1),
        ]
    )


@option("skeleton", 2)
def steps(draft: Draft) -> None:
    """A number of steps; the loader starts again whenever it ends."""
    draft.max_steps, draft.batches = draft.rng.randrange(5, 41), draft.rng.randrange(2, 8)


@option("skeleton", 1.2)
def phases(draft: Draft) -> None:
    """``for phase in ["train", "val"]``."""
    epochs(draft)
    draft.loader = "dataloaders[phase]"
    draft.batches_text = draft.pick(['len(dataloaders["train"])', "len(train_loader)"])


@option("skeleton", 1.5)
def gan(draft: Draft) -> None:
    """Two models, two optimizers, two schedulers."""
    draft.epochs, draft.batches = draft.rng.randrange(2, 7), draft.rng.randrange(2, 6)


# -- two players ---------------------------------------------------------------------------------


@option("players", 1)
def same(draft: Draft) -> Lines:
    """Both schedulers are built alike."""
    draft.one_schedule = families.single(draft)
    return [*_play(draft.one_schedule, "g"), *_play(draft.one_schedule, "d")]


@option("players", 1)
def different(draft: Draft) -> Lines:
    first: Lines = draft.choose("family")
    second: Lines = draft.choose("family")
    return [*_play(first, "g"), *_play(second, "d")]


def _play(lines: Lines, player: str) -> Lines:
    return rename(lines, {n: f"{n}_{player}" for n in ("optimizer", "scheduler")})


def _both(lines: Lines) -> Lines:
    """Return ``scheduler.step()`` for each of the two."""
    doubled: Lines = []
    for line in lines:
        players = "gd" if STEP in line else [""]
        doubled += [line.replace("scheduler.", f"scheduler_{p}.") if p else line for p in players]
    return doubled


def _two_models(optimizer: Lines) -> tuple[Lines, Lines]:
    model = ["generator = nn.Linear(2, 2)", "discriminator = nn.Linear(2, 1)"]
    lines: Lines = []
    for player, name in (("g", "generator"), ("d", "discriminator")):
        lines += rename(_play(optimizer, player), {"model": name})
    return model, lines


# -- the parts -----------------------------------------------------------------------------------


def _lengths(draft: Draft) -> Lines:
    """Return how the script writes its lengths; the local variables that it copies them to."""
    if draft.skeleton == "steps":
        draft.steps_text = draft.setting("max_steps", draft.max_steps)
        return []
    draft.epochs_text = text = draft.setting("epochs", draft.epochs)
    if draft.chance(0.15) and not text.isdigit() and text != "total_epochs":
        draft.epochs_text = "total_epochs"
        return [f"total_epochs = {text}"]
    return []


def _optimization(draft: Draft, sections: Sections) -> None:
    if draft.skeleton == "gan":
        draft.mark("model", "generator-and-discriminator")
        draft.mark("optimizer", "two")
        lines = optimizers.one_group(draft)
        sections.model, sections.optimizer = _two_models(lines)
    else:
        sections.model = draft.choose("model")
        sections.optimizer = draft.choose("optimizer")
    criterion = draft.pick(["nn.MSELoss()", "nn.MSELoss()", "nn.SmoothL1Loss()"])
    sections.model = [*sections.model, f"criterion = {criterion}"]


def _schedule(draft: Draft, sections: Sections) -> None:
    draft.cadence = draft.choose("cadence")
    if draft.skeleton == "gan":
        sections.scheduler = draft.choose("players")
        for name in ("head", "before", "after", "batch_end", "tail", "start"):
            setattr(draft.cadence, name, _both(getattr(draft.cadence, name)))
    else:
        built = draft.choose("family")
        sections.scheduler = [*draft.schedule_first, *built, *draft.schedule_last]
    sections.wiring = wiring(draft)
    draft.choose("fault")
    if draft.marked("fault", "optimizer-replaced"):
        sections.scheduler = [*sections.scheduler, *sections.optimizer]


def _noise(draft: Draft) -> None:
    for name in draft.rng.sample([o.name for o in AXES["noise"]], k=draft.pick([0, 1, 2, 3])):
        chosen = next(o for o in AXES["noise"] if o.name == name)
        if chosen.when(draft):
            draft.mark("noise", name)
            chosen.make(draft)


def _data(draft: Draft, sections: Sections) -> None:
    sections.data = draft.choose("data")
    phases_here = draft.skeleton == "phases"
    if ("val-loader" in draft.needs or phases_here) and "loaders-given" not in draft.needs:
        sections.data = [*sections.data, *evaluation_loader(draft)]
    if phases_here:
        table = 'dataloaders = {"train": train_loader, "val": val_loader}'
        sections.data = [*sections.data, table]


def _loops(draft: Draft, sections: Sections) -> None:
    cadence, extras = draft.cadence, draft.extras
    draft.choose("ending")
    body: Lines = [*draft.choose("body"), *extras.batch]
    if draft.skeleton == "phases" and cadence.batch_end:
        body += block('if phase == "train":', cadence.batch_end)
    else:
        body += cadence.batch_end
    body += extras.stop_batch
    if draft.skeleton == "steps":
        sections.loop = outer = draft.choose("step-loop")
        counter = outer
        if extras.report:
            body += block("if INDEX % 10 == 0:", extras.report)
        head, tail = [], []
    else:
        sections.loop = outer = draft.choose("epoch-loop")
        sections.batch_loop = counter = draft.choose("batch-loop")
        head = [*cadence.head, *draft.pick([[], [_train_mode(draft)]])]
        tail = [*extras.evaluation, *cadence.tail, *extras.report, *extras.stop_epoch]
    filled = {"INDEX": counter.index, "NTH": counter.nth, "EPOCH": outer.variable}
    render = outer.render
    outer.render = lambda inner: endings.guarded(draft, render(inner))
    sections.batch = _fill(body, filled)
    sections.epoch_head, sections.epoch_tail = _fill(head, filled), _fill(tail, filled)
    sections.loop_before = (
        [*outer.before, *counter.before] if outer is not counter else outer.before
    )
    if draft.skeleton == "phases":
        _in_phases(draft, sections, cadence.tail and _fill(cadence.tail, filled))


def _train_mode(draft: Draft) -> str:
    return "generator.train()" if draft.skeleton == "gan" else "model.train()"


def _fill(lines: Lines, names: dict[str, str]) -> Lines:
    pattern = re.compile(r"\b(INDEX|NTH|EPOCH)\b")
    return [pattern.sub(lambda match: names[match[1]], line) for line in lines]


def _in_phases(draft: Draft, sections: Sections, tail: Lines) -> None:
    """Put the pass over the loader into a loop over the phases."""
    mode = [
        *block('if phase == "train":', ["model.train()"]),
        *block("else:", ["model.eval()"]),
    ]
    inner = sections.batch_loop
    closing = block('if phase == "train":', tail) if tail else []
    render = inner.render
    phase = draft.pick(['["train", "val"]', '("train", "val")'])

    def both(body: Lines) -> Lines:
        return block(f"for phase in {phase}:", [*mode, *render(body), *closing])

    sections.batch_loop = type(inner)(both, inner.variable, inner.index, inner.nth)
    sections.epoch_head = [line for line in sections.epoch_head if line != "model.train()"]
    sections.epoch_tail = [line for line in sections.epoch_tail if line not in tail]


# -- the whole -----------------------------------------------------------------------------------


def _configuration(draft: Draft, sections: Sections, aliases: Lines) -> Definitions:
    """Define the settings, now that all of them are known."""
    if not draft.marked("layout", "main-with-arguments") and draft.config.in_parameters:
        draft.main_names = list(draft.settings)
    config = draft.config.define(draft.settings)
    if draft.marked("layout", "main-with-arguments"):
        draft.main_names = [draft.config.variable or "args"]
        sections.config = aliases
    else:
        sections.config = [*config.main, *aliases]
    if draft.config.is_global:
        variable = draft.config.variable
        draft.global_names = [variable] if variable else [n.upper() for n in draft.settings]
    return config


def _assemble(draft: Draft, sections: Sections, aliases: Lines) -> str:
    """Choose the layout, move the statements about, and write the entry module."""
    extras = draft.extras
    sections.derived = [f"{name} = {text}" for name, text in draft.derived.items()]
    sections.model = [*sections.model, *extras.model]
    if any("global_step" in line for line in [*sections.batch, *sections.epoch_tail]):
        draft.counters.append("global_step = 0")
    sections.counters = list(draft.counters)
    sections.resume = [*extras.before, *draft.cadence.start]
    sections.end = extras.end
    draft.choose("layout")
    config = _configuration(draft, sections, [*extras.setup, *aliases])
    draft.choose("build")
    if draft.marked("fault", "rebuilt-every-epoch"):
        built = [*sections.scheduler, *sections.wiring]
        sections.epoch_head = [*built, *sections.epoch_head]
        sections.scheduler = sections.wiring = []
    draft.choose("training")
    return layout.write(draft, config)


def generate(seed: int) -> Case:
    """Return the script of this seed, always the same."""
    draft = Draft(seed)
    draft.namespace = draft.pick(
        ["from", "from", "from", "lr_scheduler", "torch", "torch", "optim", "alias"]
    )
    draft.mark("import", draft.namespace)
    draft.config = draft.choose("config")
    draft.config.spelling = spelling(draft)
    draft.choose("open")
    draft.skeleton = _skeleton(draft)
    draft.sections, draft.extras = Sections(), Extras()
    sections = draft.sections
    aliases = _lengths(draft)
    _optimization(draft, sections)
    _schedule(draft, sections)
    _noise(draft)
    _data(draft, sections)
    _loops(draft, sections)
    entry = draft.pick(["train.py", "train.py", "main.py", "run_experiment.py"])
    text = _assemble(draft, sections, aliases)
    return Case(
        seed=seed,
        files={entry: text, **draft.files},
        entry=entry,
        features=frozenset(draft.features),
        sets=tuple(draft.sets),
        argv=tuple(draft.argv),
        stubs=dict(draft.stubs),
        raises=draft.raises,
        may_abstain=draft.may_abstain,
        epochs=draft.epochs or None,
        batches=draft.batches,
    )


def _skeleton(draft: Draft) -> str:
    draft.choose("skeleton")
    return next(o.name for o in AXES["skeleton"] if draft.marked("skeleton", o.name))
