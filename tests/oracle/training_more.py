"""Axes ``training`` and ``layout``, continued: subclasses, contexts, keyword arguments, folds."""

from __future__ import annotations

from .draft import Draft, option
from .functions import extract, parameters
from .text import Lines, assigned, block, rename
from .training import can_be_attributes, epochs, make_trainer, outer_scope


@option("training", 0.9, when=can_be_attributes)
def trainer_subclass(draft: Draft) -> None:
    """A base class with the loops; the subclass builds and trains an epoch."""
    make_trainer(draft, builds=True, methods=epochs(draft), configure=True, split=True)


def _self_contained(draft: Draft) -> bool:
    """One pass over the loader hands nothing back."""
    sections = draft.sections
    body, after = sections.epoch, [*sections.epoch_tail, *sections.end]
    return not sections.results(body, after) and not set(assigned(body)) & set(outer_scope(draft))


@option("training", 0.9, when=lambda d: epochs(d) and _self_contained(d))
def context_object(draft: Draft) -> None:
    """``train_one_epoch(ctx)``: everything travels in one namespace."""
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


@option("layout", 1, when=lambda d: d.skeleton in ("epochs", "steps"))
def folds(draft: Draft) -> None:
    """Cross-validation: the whole training, twice, each time with everything new."""
    draft.may_abstain = True


def in_folds(statements: list[Lines]) -> list[Lines]:
    """The paragraphs of a script, all but the settings in a loop over the folds."""
    first, *rest = statements
    body: Lines = ['print(f"fold {fold}")']
    for paragraph in rest:
        body += ["", *paragraph]
    return [first, block("for fold in range(2):", body)]
