"""Axes ``epoch-loop``, ``batch-loop`` and ``step-loop``, continued; axis ``ending``."""

from __future__ import annotations

from .data import PAIR
from .draft import Draft, option
from .loops import Loop, counted, loop_over, pairs, uncounted, variable
from .text import Lines, block


@option("epoch-loop", 0.8)
def epoch_interrupt(draft: Draft) -> Loop:
    """Ctrl-C ends the training."""
    name = variable(draft)

    def guarded(body: Lines) -> Lines:
        loop = block(f"for {name} in range({draft.epochs_text}):", body)
        rest = block("except KeyboardInterrupt:", ['print("interrupted")'])
        return [*block("try:", loop), *rest]

    return Loop(guarded, name)


@option("epoch-loop", 0.5)
def epoch_named_range(draft: Draft) -> Loop:
    """The range is a variable; the bar is wrapped around it."""
    name = variable(draft)
    before = [f"epoch_range = range({draft.epochs_text})"]
    over = draft.pick(["epoch_range", 'tqdm(epoch_range, desc="epochs")', "list(epoch_range)"])
    return Loop(loop_over(f"for {name} in {over}:"), name, before=before)


@option("epoch-loop", 0.4, when=lambda d: "continue" not in d.needs)
def epoch_enumerated(draft: Draft) -> Loop:
    name = variable(draft)
    return Loop(loop_over(f"for {name}, _ in enumerate(range({draft.epochs_text})):"), name)


@option("epoch-loop", 0.4, when=lambda d: "continue" not in d.needs)
def epoch_walrus(draft: Draft) -> Loop:
    name = variable(draft)
    header = f"while ({name} := {name} + 1) < {draft.epochs_text}:"
    return Loop(loop_over(header), name, before=[f"{name} = -1"])


@option("epoch-loop", 0.4, when=lambda d: "continue" not in d.needs)
def epoch_countdown(draft: Draft) -> Loop:
    """Counting what remains."""
    name = variable(draft)
    after = [f"{name} += 1", "remaining -= 1"]
    before = [f"remaining = {draft.epochs_text}", f"{name} = 0"]
    return Loop(loop_over("while remaining > 0:", after=after), name, before=before)


@option("batch-loop", 0.6, when=uncounted)
def batch_dictionary(draft: Draft) -> Loop:
    """Batches renamed on the way."""
    source = f"({{'x': x, 'y': y}} for x, y in {draft.loader})"
    return Loop(loop_over(f"for sample in {source}:", 'x, y = sample["x"], sample["y"]'))


@option("batch-loop", 0.6, when=pairs)
def batch_skip_empty(draft: Draft) -> Loop:
    """``continue`` on batches that never occur: a predictor may say that it depends on them."""
    draft.may_abstain = True
    i = counted(draft)
    skip = block("if x.shape[0] == 0:", ["continue"])
    header = f"for {i}, (x, y) in enumerate({draft.loader}):"
    return Loop(loop_over(header, *skip), i, i, f"({i} + 1)")


@option("batch-loop", 0.5, when=pairs)
def batch_manual_counter(draft: Draft) -> Loop:
    i = counted(draft)

    def rendered(body: Lines) -> Lines:
        return [f"{i} = 0", *block(f"for x, y in {draft.loader}:", [*body, f"{i} += 1"])]

    return Loop(rendered, i, i, f"({i} + 1)")


@option("batch-loop", 0.5, when=lambda d: pairs(d) and d.skeleton == "epochs")
def batch_named_length(draft: Draft) -> Loop:
    """``n = len(loader)`` and ``range(n)`` over an iterator."""
    i, loader = counted(draft), draft.loader

    def rendered(body: Lines) -> Lines:
        loop = block(f"for {i} in range(num_batches):", ["x, y = next(iterator)", *body])
        return [f"num_batches = len({loader})", f"iterator = iter({loader})", *loop]

    return Loop(rendered, i, i, f"({i} + 1)")


@option("step-loop", 0.8)
def walrus_steps(draft: Draft) -> Loop:
    name = "iteration"
    header = f"while (it_left := {draft.steps_text} - {name}) > 0:"
    render = loop_over(header, f"x, y = {PAIR}", after=[f"{name} += 1"])
    return Loop(render, name, name, f"({name} + 1)", [f"{name} = 0"])


@option("step-loop", 0.8, when=pairs)
def epochs_of_steps(draft: Draft) -> Loop:
    """Enough epochs for the steps, and a ``return``-like flag out of both loops."""
    name, total, loader = "iteration", draft.steps_text, draft.loader

    def nested(body: Lines) -> Lines:
        stop = [f"{name} += 1", *block(f"if {name} >= {total}:", ["break"])]
        inner = block(f"for x, y in {loader}:", [*body, *stop])
        leave = block(f"if {name} >= {total}:", ["break"])
        return block("for epoch in itertools.count():", [*inner, *leave])

    return Loop(nested, name, name, f"({name} + 1)", [f"{name} = 0"])


@option("step-loop", 0.8, when=pairs)
def for_else(draft: Draft) -> Loop:
    """``for … else: continue`` and ``break``: leaving two loops at once."""
    name, total, loader = "iteration", draft.steps_text, draft.loader

    def nested(body: Lines) -> Lines:
        stop = [f"{name} += 1", *block(f"if {name} == {total}:", ["break"])]
        inner = block(f"for x, y in {loader}:", [*body, *stop])
        return block("while True:", [*inner, *block("else:", ["continue"]), "break"])

    return Loop(nested, name, name, f"({name} + 1)", [f"{name} = 0"])


# -- where the training ends ---------------------------------------------------------------------


@option("ending", 14)
def all_epochs(draft: Draft) -> None:
    """The loops run to their ends."""


@option("ending", 1, when=lambda d: d.skeleton == "epochs" and d.raises is None)
def step_limit(draft: Draft) -> None:
    """``if seen >= max_iters: break`` out of both loops."""
    total = draft.epochs * draft.batches
    limit = draft.number("max_iters", max(1, total - draft.pick([0, 1, 2, draft.batches])))
    draft.counters.append("seen = 0")
    stop = block(f"if seen >= {limit}:", ["break"])
    draft.extras.stop_batch = ["seen += 1", *stop]
    draft.extras.stop_epoch = stop


@option("ending", 0.7, when=lambda d: d.skeleton == "epochs" and d.raises is None)
def last_epoch_reached(draft: Draft) -> None:
    """``if epoch + 1 == limit: break`` at the end of an epoch."""
    draft.needs.add("epoch")
    limit = max(1, draft.epochs - draft.pick([0, 1]))
    draft.extras.stop_epoch = block(f"if EPOCH + 1 >= {limit}:", ["break"])
