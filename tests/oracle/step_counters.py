"""Axis ``cadence``, continued: something that the script counts decides whether to step."""

from __future__ import annotations

from .cadence import Cadence, all_batches, counts, simple
from .draft import Draft, option
from .step_forms import STEP
from .step_helpers import logged
from .text import Lines, block


def _place(draft: Draft, lines: Lines, times: int = 1) -> Cadence:
    """Put lines at the end of a batch or of an epoch."""
    if draft.chance(0.5):
        counts(draft, "batch", times * all_batches(draft))
        return Cadence(after=lines)
    counts(draft, "epoch", times * draft.epochs)
    return Cadence(tail=lines)


def _every(draft: Draft) -> int:
    return draft.pick([1, 2, 3])


@option("cadence", 0.6, when=simple, modelled=False)
def optimizer_hook(draft: Draft) -> Cadence:
    """The optimizer's own hook steps the scheduler."""
    counts(draft, "batch", all_batches(draft))
    draft.needs.add("step-hook")
    return Cadence()


@option("cadence", 0.5, when=simple)
def closure_every_k(draft: Draft) -> Cadence:
    every = draft.number("step_every", _every(draft))
    guarded = block(f"if calls % {every if every.isdigit() else 'every'} == 0:", [STEP])
    inner = ["nonlocal calls", "calls += 1", *guarded]
    body = ["calls = 0", "", *block("def advance():", inner), "", "return advance"]
    signature = "scheduler" if every.isdigit() else "scheduler, every"
    draft.helpers.append(block(f"def make_stepper({signature}):", body))
    if every.isdigit():
        draft.needs.add("stepper-closure")
    else:
        draft.needs.add("stepper-closure")
        draft.wired = f"scheduler, {every}"
    return _place(draft, ["advance()"])


@option("cadence", 0.5, when=simple)
def class_every_k(draft: Draft) -> Cadence:
    """A counter of the class decides."""
    method = ["Stepper.calls += 1"]
    method += block(f"if Stepper.calls % {_every(draft)} == 0:", ["self.scheduler.step()"])
    body = [
        "calls = 0",
        "",
        *block("def __init__(self, scheduler):", ["self.scheduler = scheduler"]),
        "",
        *block("def update(self):", method),
    ]
    draft.helpers.append(block("class Stepper:", body))
    draft.needs.add("stepper-object")
    return _place(draft, ["stepper.update()"])


@option("cadence", 0.5, when=simple)
def dictionary_counter(draft: Draft) -> Cadence:
    """A number in a dictionary."""
    draft.counters.append(draft.pick(['progress = {"seen": 0}', "progress = dict(seen=0)"]))
    count = draft.pick(
        [
            'progress["seen"] += 1',
            'progress.update(seen=progress["seen"] + 1)',
            'progress.update({"seen": progress.get("seen", 0) + 1})',
        ]
    )
    guard = draft.pick(['progress["seen"]', 'progress.get("seen")'])
    return _place(draft, [count, *block(f"if {guard} % {_every(draft)} == 0:", [STEP])])


@option("cadence", 0.5, when=simple, modelled=False)
def setdefault_counter(draft: Draft) -> Cadence:
    """``setdefault`` starts the count."""
    draft.counters.append("progress = {}")
    lines = ['progress.setdefault("seen", 0)', 'progress["seen"] += 1']
    limit = draft.pick([2, 3, 5])
    return _place(draft, [*lines, *block(f'if progress["seen"] <= {limit}:', [STEP])])


@option("cadence", 0.5, when=simple, modelled=False)
def history_length(draft: Draft) -> Cadence:
    """As often as a list has grown by k."""
    draft.counters.append("seen_losses = []")
    every = _every(draft)
    if draft.chance(0.5):
        guard = block(f"if len(seen_losses) % {every} == 0:", [STEP])
    else:
        guard = block(f"if len(seen_losses) == {every}:", [STEP, "seen_losses.clear()"])
    return _place(draft, ["seen_losses.append(loss.item())", *guard])


@option("cadence", 0.5, when=simple, modelled=False)
def popped_epochs(draft: Draft) -> Cadence:
    """A list of the epochs after which to step, used up."""
    draft.needs.add("epoch")
    counts(draft, "epoch", draft.epochs)
    draft.counters.append(f"pending = {draft.pick(['[4, 2, 1]', '[3, 1]', '[5, 4, 3, 2]'])}")
    body = ["pending.pop()", STEP]
    return Cadence(tail=block("if pending and EPOCH == pending[-1]:", body))


@option("cadence", 0.5, when=simple, modelled=False)
def drained_queue(draft: Draft) -> Cadence:
    """``while queue: queue.pop(); scheduler.step()``."""
    times = draft.pick([1, 2])
    return _place(draft, [f"todo = [0] * {times}", *block("while todo:", ["todo.pop()", STEP])], 2)


@option("cadence", 0.5, when=simple)
def repeating_decorator(draft: Draft) -> Cadence:
    """The decorator calls the function twice."""
    draft.helpers.append(logged(draft, 2))
    draft.helpers.append(["@logged", *block("def advance_schedule(scheduler):", [STEP])])
    return _place(draft, ["advance_schedule(scheduler)"], 2)


@option("cadence", 0.5, when=simple, modelled=False)
def skipped_by_exception(draft: Draft) -> Cadence:
    """An exception jumps over the call in one epoch."""
    draft.needs.add("epoch")
    counts(draft, "epoch", draft.epochs)
    draft.helpers.append(block("class SkipStep(Exception):", ['"""Leave the LR as it is."""']))
    body = [*block(f"if EPOCH == {draft.pick([1, 2])}:", ["raise SkipStep"]), STEP]
    skipped = block("except SkipStep:", [draft.pick(["pass", 'print("skipped")'])])
    return Cadence(tail=[*block("try:", body), *skipped])


@option("cadence", 0.5, when=simple)
def match_epoch(draft: Draft) -> Cadence:
    draft.needs.add("epoch")
    counts(draft, "epoch", draft.epochs)
    body = [
        *block("case 0:", ["pass"]),
        *block("case 2 | 3:", ['print("plateau")']),
        *block("case number if number > 1:", [STEP]),
        *block("case _:", [STEP]),
    ]
    return Cadence(tail=block("match EPOCH:", body))


@option("cadence", 0.5, when=simple)
def conjunction(draft: Draft) -> Cadence:
    """Two conditions at once."""
    draft.needs |= {"epoch", "index"}
    counts(draft, "batch", all_batches(draft))
    first = draft.pick(["EPOCH > 0", "EPOCH >= 1", "not EPOCH < 2"])
    second = draft.pick(["NTH % 2 == 0", "INDEX < 2", "NTH != 1"])
    joined = draft.pick(["and", "and", "or"])
    return Cadence(after=block(f"if {first} {joined} {second}:", [STEP]))
