"""Axis ``epoch-loop``: the forms of a loop over epochs."""

from __future__ import annotations

from .draft import Draft, option
from .loops import Loop, loop_over
from .text import Lines, block


def variable(draft: Draft) -> str:
    return draft.pick(["epoch", "epoch", "epoch", "ep"])


@option("epoch-loop", 8)
def epoch_range(draft: Draft) -> Loop:
    name = variable(draft)
    return Loop(loop_over(f"for {name} in range({draft.epochs_text}):"), name)


@option("epoch-loop", 3)
def epoch_range_from_one(draft: Draft) -> Loop:
    name = variable(draft)
    return Loop(loop_over(f"for {name} in range(1, {draft.epochs_text} + 1):"), name)


@option("epoch-loop", 1.5)
def epoch_range_from_start(draft: Draft) -> Loop:
    """``range(start_epoch, epochs)`` with a start that resuming would change."""
    name = variable(draft)
    start = draft.setting("start_epoch", 0) if draft.chance(0.4) else "start_epoch"
    before = (
        ["start_epoch = 0"]
        if start == "start_epoch" and "start_epoch" not in draft.settings
        else []
    )
    return Loop(
        loop_over(f"for {name} in range({start}, {draft.epochs_text}):"), name, before=before
    )


@option("epoch-loop", 1.5, when=lambda d: "epoch" not in d.needs)
def epoch_underscore(draft: Draft) -> Loop:
    return Loop(loop_over(f"for _ in range({draft.epochs_text}):"))


@option("epoch-loop", 1)
def epoch_tqdm(draft: Draft) -> Loop:
    name = variable(draft)
    progress = draft.pick([f"tqdm(range({draft.epochs_text}))", f"trange({draft.epochs_text})"])
    return Loop(loop_over(f"for {name} in {progress}:"), name)


def _ends_whole(draft: Draft) -> bool:
    """Whether nothing skips the end of an epoch, where the counter moves."""
    return "continue" not in draft.needs


@option("epoch-loop", 1, when=_ends_whole)
def epoch_while(draft: Draft) -> Loop:
    name = variable(draft)
    render = loop_over(f"while {name} < {draft.epochs_text}:", after=[f"{name} += 1"])
    return Loop(render, name, before=[f"{name} = 0"])


@option("epoch-loop", 0.6)
def epoch_count(draft: Draft) -> Loop:
    """An endless count and a ``break``."""
    name = variable(draft)
    stop = block(f"if {name} >= {draft.epochs_text}:", ["break"])
    return Loop(loop_over(f"for {name} in itertools.count():", *stop), name)


@option("epoch-loop", 0.5, when=_ends_whole)
def epoch_while_true(draft: Draft) -> Loop:
    name = variable(draft)
    stop = [f"{name} += 1", *block(f"if {name} == {draft.epochs_text}:", ["break"])]
    return Loop(loop_over("while True:", after=stop), name, before=[f"{name} = 0"])


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


@option("epoch-loop", 0.6, when=_ends_whole)
def epoch_while_conjunction(draft: Draft) -> Loop:
    """Two conditions: one of them ends the training."""
    name = variable(draft)
    second, count = draft.pick(
        [
            ("not stopped", "stopped = False"),
            ("bad_epochs < 3", "bad_epochs = 0"),
            ("patience > 0", "patience = 2"),
        ]
    )
    conditions = [f"{name} < {draft.epochs_text}", second]
    draft.rng.shuffle(conditions)
    header = f"while {' and '.join(conditions)}:"
    return Loop(loop_over(header, after=[f"{name} += 1"]), name, before=[f"{name} = 0", count])


@option("epoch-loop", 0.6, when=lambda d: _ends_whole(d) and d.raises is None)
def epoch_while_budget(draft: Draft) -> Loop:
    """The second condition counts something else, and may be the first to fail."""
    name = variable(draft)
    budget = max(1, draft.epochs + draft.pick([-2, -1, 0, 1, 3]))
    header = f"while {name} < {draft.epochs_text} and budget > 0:"
    after = [f"{name} += 1", "budget -= 1"]
    before = [f"{name} = 0", f"budget = {budget}"]
    return Loop(loop_over(header, after=after), name, before=before)


@option("epoch-loop", 0.5)
def epoch_for_else(draft: Draft) -> Loop:
    """``for … else``."""
    name = variable(draft)

    def rendered(body: Lines) -> Lines:
        loop = block(f"for {name} in range({draft.epochs_text}):", body)
        return [*loop, *block("else:", ['print("all epochs done")'])]

    return Loop(rendered, name)


@option("epoch-loop", 0.5, modelled=False)
def epoch_next(draft: Draft) -> Loop:
    """``next`` until ``StopIteration``."""
    name = variable(draft)
    draw = [
        *block("try:", [f"{name} = next(epoch_iter)"]),
        *block("except StopIteration:", ["break"]),
    ]
    before = [f"epoch_iter = iter(range({draft.epochs_text}))"]
    return Loop(loop_over("while True:", *draw), name, before=before)


@option("epoch-loop", 0.5)
def epoch_generator(draft: Draft) -> Loop:
    """A generator counts."""
    name = variable(draft)
    loop = block("for number in range(count):", ['print(f"epoch {number}")', "yield number"])
    draft.helpers.append(block("def numbered_epochs(count):", loop))
    return Loop(loop_over(f"for {name} in numbered_epochs({draft.epochs_text}):"), name)


@option("epoch-loop", 0.5, modelled=False)
def epoch_popped(draft: Draft) -> Loop:
    """A list of epochs, used up."""
    name = variable(draft)
    before = [f"todo_epochs = list(range({draft.epochs_text}))"]
    header = draft.pick(["while todo_epochs:", "while len(todo_epochs) > 0:"])
    return Loop(loop_over(header, f"{name} = todo_epochs.pop(0)"), name, before=before)


@option("epoch-loop", 0.5, when=_ends_whole)
def epoch_object(draft: Draft) -> Loop:
    """An object counts the epochs and says when they are over."""
    name = variable(draft)
    body = [
        *block("def __init__(self, total):", ["self.total = total", "self.epoch = 0"]),
        "",
        "@property",
        *block("def finished(self):", ["return self.epoch >= self.total"]),
        "",
        *block("def advance(self):", ["self.epoch += 1"]),
    ]
    draft.helpers.append(block("class EpochCounter:", body))
    render = loop_over(
        "while not counter.finished:", f"{name} = counter.epoch", after=["counter.advance()"]
    )
    return Loop(render, name, before=[f"counter = EpochCounter({draft.epochs_text})"])
