"""Axis ``cadence``: where ``scheduler.step()`` is called, and how the call is guarded.

An option returns a ``Cadence``: lines for the places around the optimizer's step and the epoch. In
them INDEX, NTH and EPOCH mean the batch number from 0, from 1, and the epoch variable, which the
loops fill in. An option also says what is counted (``draft.unit``) and how far (``draft.count``;
``draft.exact`` where it is not just an upper bound).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .draft import Draft, option
from .families import warmup_call, warmup_length
from .step_forms import STEP
from .text import Lines, block
from .writing import assign


@dataclass
class Cadence:
    head: Lines = field(default_factory=list)
    """At the start of an epoch."""
    before: Lines = field(default_factory=list)
    """Right before the optimizer's step."""
    after: Lines = field(default_factory=list)
    """Right after the optimizer's step, under the same guard."""
    batch_end: Lines = field(default_factory=list)
    tail: Lines = field(default_factory=list)
    """At the end of an epoch."""
    start: Lines = field(default_factory=list)
    """Before the loops."""
    accumulate: bool = False


def _step(draft: Draft) -> Lines:
    lines: Lines = draft.choose("step-form")
    return lines


def counts(draft: Draft, unit: str, count: int, *, exact: bool = False) -> None:
    draft.unit, draft.count, draft.exact = unit, max(1, count), exact


def all_batches(draft: Draft) -> int:
    return draft.epochs * draft.batches if draft.epochs else draft.max_steps


def _epochs(draft: Draft) -> bool:
    return draft.skeleton != "steps"


def simple(draft: Draft) -> bool:
    return draft.skeleton == "epochs"


@option("cadence", 9, when=_epochs)
def epoch(draft: Draft) -> Cadence:
    counts(draft, "epoch", draft.epochs, exact=True)
    return Cadence(tail=_step(draft))


@option("cadence", 8)
def batch(draft: Draft) -> Cadence:
    counts(draft, "batch", all_batches(draft), exact=True)
    return Cadence(after=_step(draft))


def _accumulate(draft: Draft) -> None:
    largest = min(4, draft.batches if draft.epochs else draft.max_steps)
    draft.accumulation = draft.rng.randrange(2, max(3, largest + 1))
    draft.accumulation_text = draft.number(
        draft.pick(["accum_steps", "accumulation_steps", "grad_accum"]), draft.accumulation, 0.8
    )
    draft.needs.add("index")


def _can_accumulate(draft: Draft) -> bool:
    long_enough = (draft.batches if draft.epochs else draft.max_steps) >= 2
    return long_enough and draft.skeleton != "gan"


@option("cadence", 2.5, when=_can_accumulate)
def update(draft: Draft) -> Cadence:
    """The scheduler steps with the optimizer, every k batches."""
    _accumulate(draft)
    counts(draft, "update", all_batches(draft))
    return Cadence(after=_step(draft), accumulate=True)


@option("cadence", 0.8, when=_can_accumulate)
def micro_batch(draft: Draft) -> Cadence:
    """The optimizer steps every k batches, the scheduler every batch."""
    _accumulate(draft)
    counts(draft, "batch", all_batches(draft))
    return Cadence(batch_end=_step(draft), accumulate=True)


@option("cadence", 0.8, when=lambda d: _can_accumulate(d) and _epochs(d))
def epoch_with_accumulation(draft: Draft) -> Cadence:
    _accumulate(draft)
    counts(draft, "epoch", draft.epochs, exact=True)
    return Cadence(tail=_step(draft), accumulate=True)


@option("cadence", 0.5)
def never(draft: Draft) -> Cadence:
    counts(draft, "epoch" if _epochs(draft) else "batch", draft.epochs or draft.max_steps)
    return Cadence()


@option("cadence", 0.5, when=_epochs)
def batch_and_epoch(draft: Draft) -> Cadence:
    counts(draft, "batch", all_batches(draft) + draft.epochs)
    return Cadence(after=[STEP], tail=[STEP])


@option("cadence", 0.4, when=_epochs)
def twice(draft: Draft) -> Cadence:
    counts(draft, "epoch", 2 * draft.epochs)
    return Cadence(tail=[STEP, STEP])


@option("cadence", 0.6, when=_epochs)
def epoch_start(draft: Draft) -> Cadence:
    """The order of torch 1.0: the scheduler first."""
    counts(draft, "epoch", draft.epochs)
    return Cadence(head=_step(draft))


@option("cadence", 0.6)
def before_optimizer(draft: Draft) -> Cadence:
    counts(draft, "batch", all_batches(draft))
    return Cadence(before=_step(draft))


@option("cadence", 0.6, when=_epochs)
def every_other_epoch(draft: Draft) -> Cadence:
    counts(draft, "epoch", draft.epochs)
    draft.needs.add("epoch")
    guard = draft.pick(["(EPOCH + 1) % 2 == 0", "EPOCH % 2 == 0", "EPOCH % 2 == 1"])
    return Cadence(tail=block(f"if {guard}:", [STEP]))


@option("cadence", 0.6)
def every_k_batches(draft: Draft) -> Cadence:
    counts(draft, "batch", all_batches(draft))
    draft.needs.add("index")
    k = draft.pick([2, 3])
    guard = draft.pick([f"INDEX % {k} == 0", f"NTH % {k} == 0"])
    return Cadence(batch_end=block(f"if {guard}:", [STEP]))


@option("cadence", 0.5, when=_epochs)
def last_batch(draft: Draft) -> Cadence:
    """Once per epoch, from inside the batch loop."""
    counts(draft, "epoch", draft.epochs)
    draft.needs.add("index")
    guard = draft.pick([f"INDEX == {draft.batches_text} - 1", f"NTH == {draft.batches_text}"])
    return Cadence(batch_end=block(f"if {guard}:", [STEP]))


@option("cadence", 1.2, when=_epochs)
def after_warmup_epochs(draft: Draft) -> Cadence:
    """``if epoch >= warmup: scheduler.step()``: a plateau at the base LR, then the schedule."""
    counts(draft, "epoch", draft.epochs)
    draft.needs.add("epoch")
    guard = f"EPOCH {draft.pick(['>=', '>=', '>'])} {warmup_length(draft).text}"
    return Cadence(tail=block(f"if {guard}:", [STEP]))


@option("cadence", 0.7)
def after_warmup_steps(draft: Draft) -> Cadence:
    counts(draft, "batch", all_batches(draft))
    draft.needs.add("global-step")
    guard = f"global_step >= {warmup_length(draft).text}"
    return Cadence(after=block(f"if {guard}:", [STEP]), batch_end=["global_step += 1"])


@option("cadence", 0.6)
def until_done(draft: Draft) -> Cadence:
    """``if global_step < total: scheduler.step()``: the usual care with OneCycleLR."""
    counts(draft, "batch", all_batches(draft))
    draft.needs.add("global-step")
    limit = max(1, draft.count - draft.pick([0, 1, 3]))
    return Cadence(
        after=["global_step += 1", *block(f"if global_step < {limit}:", [STEP])],
    )


@option("cadence", 0.8, when=lambda d: simple(d) and not d.marked("config", "literals"))
def flagged(draft: Draft) -> Cadence:
    """A flag says whether to step per batch or per epoch: both calls are there, one runs."""
    value = draft.chance(0.5)
    flag = draft.setting(draft.pick(["step_per_batch", "per_iteration"]), value)
    counts(
        draft, *(("batch", all_batches(draft)) if value else ("epoch", draft.epochs)), exact=True
    )
    return Cadence(
        after=block(f"if {flag}:", [STEP]),
        tail=block(f"if not {flag}:", [STEP]),
    )


@option("cadence", 0.6, when=simple)
def epoch_argument(draft: Draft) -> Cadence:
    """``scheduler.step(epoch)``: deprecated, and still everywhere."""
    counts(draft, "epoch", draft.epochs + 1)
    draft.needs.add("epoch")
    draft.may_abstain = True
    return Cadence(tail=[draft.pick(["scheduler.step(EPOCH)", "scheduler.step(EPOCH + 1)"])])


@option("cadence", 0.6, when=simple)
def fractional_epoch(draft: Draft) -> Cadence:
    """``scheduler.step(epoch + i / len(loader))``, as the documentation of warm restarts does."""
    counts(draft, "epoch", draft.epochs)
    draft.needs |= {"epoch", "index", "warm-restarts"}
    draft.may_abstain = True
    return Cadence(after=[f"scheduler.step(EPOCH + INDEX / {draft.batches_text})"])


@option("cadence", 0.5, when=simple)
def replayed(draft: Draft) -> Cadence:
    """Steps before the training that bring the schedule to where a resumed run left it."""
    done = draft.pick([0, 1, 2])
    counts(draft, "epoch", draft.epochs + done)
    start = draft.number("resume_epoch", done, configured=0.7)
    return Cadence(start=block(f"for _ in range({start}):", [STEP]), tail=[STEP])


def _hand_over(draft: Draft) -> tuple[str, str]:
    """Build a second scheduler, for the warm-up; return the length and its name."""
    length = warmup_length(draft)
    name = draft.pick(["warmup_scheduler", "warmup", "scheduler_warmup"])
    lines = assign(draft, name, warmup_call(draft, length))
    (draft.schedule_first if draft.chance(0.5) else draft.schedule_last).extend(lines)
    return length.text, name


@option("cadence", 1, when=simple)
def hand_over_epochs(draft: Draft) -> Cadence:
    """Two schedulers, the script chooses which one steps."""
    counts(draft, "epoch", draft.epochs)
    draft.needs.add("epoch")
    length, name = _hand_over(draft)
    lines = [*block(f"if EPOCH < {length}:", [f"{name}.step()"]), *block("else:", [STEP])]
    return Cadence(tail=lines)


@option("cadence", 0.7, when=lambda d: d.skeleton != "gan")
def hand_over_steps(draft: Draft) -> Cadence:
    counts(draft, "batch", all_batches(draft))
    draft.needs.add("global-step")
    length, name = _hand_over(draft)
    guard = [*block(f"if global_step < {length}:", [f"{name}.step()"]), *block("else:", [STEP])]
    return Cadence(after=guard, batch_end=["global_step += 1"])


@option("cadence", 0.6, when=simple)
def warmup_batches_then_epochs(draft: Draft) -> Cadence:
    """A warm-up per batch in the first epoch, the schedule per epoch afterwards."""
    counts(draft, "epoch", draft.epochs)
    draft.needs.add("epoch")
    _, name = _hand_over(draft)
    return Cadence(
        after=block("if EPOCH == 0:", [f"{name}.step()"]),
        tail=block("if EPOCH > 0:", [STEP]),
    )


@option("cadence", 0.5, when=simple)
def weight_averaging(draft: Draft) -> Cadence:
    """Stochastic weight averaging takes over in the last epochs, with its own scheduler."""
    counts(draft, "epoch", draft.epochs)
    draft.needs.add("epoch")
    start = draft.number("swa_start", max(1, draft.epochs * 2 // 3))
    arguments = [f"swa_lr={draft.pick(['0.05', f'{draft.lr_text} * 0.1'])}"]
    arguments += draft.pick(
        [[], ["anneal_epochs=3"], ['anneal_strategy="linear"', "anneal_epochs=2"]]
    )
    built = f"swa_scheduler = SWALR(optimizer, {', '.join(arguments)})"
    draft.schedule_last += ["swa_model = AveragedModel(model)", built]
    average = ["swa_model.update_parameters(model)", "swa_scheduler.step()"]
    return Cadence(tail=[*block(f"if EPOCH >= {start}:", average), *block("else:", [STEP])])


BY_CLASS = "isinstance(scheduler, OneCycleLR)"


@option("cadence", 0.6, when=simple)
def by_class_batch(draft: Draft) -> Cadence:
    """The class decides: OneCycleLR steps per batch, the others per epoch. It is OneCycleLR."""
    counts(draft, "batch", all_batches(draft), exact=True)
    draft.needs.add("one-cycle")
    return Cadence(
        after=block(f"if {BY_CLASS}:", [STEP]),
        tail=block(f"if not {BY_CLASS}:", [STEP]),
    )


@option("cadence", 0.6, when=simple)
def by_class_epoch(draft: Draft) -> Cadence:
    """The same, with another class."""
    cadence = by_class_batch(draft)
    counts(draft, "epoch", draft.epochs, exact=True)
    draft.needs.discard("one-cycle")
    draft.needs.add("not-one-cycle")
    return cadence


@option("cadence", 0.6, when=lambda d: simple(d) and not d.marked("config", "literals"))
def interval_name(draft: Draft) -> Cadence:
    """``args.interval == "batch"``."""
    unit = draft.pick(["batch", "epoch"])
    choice = draft.setting("interval", unit)
    counts(draft, unit, all_batches(draft) if unit == "batch" else draft.epochs, exact=True)
    return Cadence(
        after=block(f'if {choice} == "batch":', [STEP]),
        tail=block(f'if {choice} == "epoch":', [STEP]),
    )


@option("cadence", 0.5, when=simple)
def warmup_then_batches(draft: Draft) -> Cadence:
    """Nothing in the first epochs, then once per batch."""
    counts(draft, "batch", all_batches(draft))
    draft.needs.add("epoch")
    guard = draft.pick(["EPOCH >= 1", "EPOCH > 0", "not EPOCH < 1"])
    return Cadence(after=block(f"if {guard}:", [STEP]))


@option("cadence", 0.4, when=simple)
def not_last_epoch(draft: Draft) -> Cadence:
    """``if epoch != epochs - 1: scheduler.step()``."""
    counts(draft, "epoch", draft.epochs)
    draft.needs.add("epoch")
    return Cadence(tail=block(f"if EPOCH != {draft.epochs_text} - 1:", [STEP]))


@option("cadence", 0.4, when=simple)
def skipping(draft: Draft) -> Cadence:
    """``continue`` before the call in the first epochs."""
    counts(draft, "epoch", draft.epochs)
    draft.needs |= {"epoch", "continue"}
    stop = draft.number("hold_epochs", draft.pick([1, 2]))
    return Cadence(tail=[*block(f"if EPOCH < {stop}:", ["continue"]), STEP])


@option("cadence", 0.4, when=simple)
def every_k_epochs_setting(draft: Draft) -> Cadence:
    counts(draft, "epoch", draft.epochs)
    draft.needs.add("epoch")
    every = draft.number("step_every", draft.pick([2, 3]), configured=0.8)
    return Cadence(tail=block(f"if EPOCH % {every} == {every} - 1:", [STEP]))


@option("cadence", 0.4, when=simple)
def inner_repeats(draft: Draft) -> Cadence:
    """``for _ in range(2): scheduler.step()`` at the end of an epoch."""
    counts(draft, "epoch", 2 * draft.epochs)
    return Cadence(tail=block("for _ in range(2):", [STEP]))
