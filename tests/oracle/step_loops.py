"""Axis ``step-loop``: the forms of a loop over a number of steps."""

from __future__ import annotations

from .batch_loops import pairs
from .data import PAIR
from .draft import Draft, option
from .loops import Loop, loop_over
from .text import Lines, block

CYCLE = block(
    "def cycle(loader):", block("while True:", block("for batch in loader:", ["yield batch"]))
)


@option("step-loop", 4, when=pairs)
def while_for_break(draft: Draft) -> Loop:
    """``while step < max_steps: for x, y in loader: …``, left from within."""
    total, loader = draft.steps_text, draft.loader
    name = draft.pick(["iteration", "global_iter", "n_iter"])

    def nested(body: Lines) -> Lines:
        stop = [f"{name} += 1", *block(f"if {name} >= {total}:", ["break"])]
        return block(f"while {name} < {total}:", block(f"for x, y in {loader}:", [*body, *stop]))

    return Loop(nested, name, name, f"({name} + 1)", [f"{name} = 0"])


@option("step-loop", 2, when=pairs)
def endless_loader(draft: Draft) -> Loop:
    """``batches = cycle(loader)`` and ``next(batches)``."""
    name = draft.pick(["it", "iteration"])
    draft.helpers.append(CYCLE)
    progress = draft.pick(["range({})", "range({})", "trange({})", "tqdm(range({}))"])
    header = f"for {name} in {progress.format(draft.steps_text)}:"
    before = [f"batches = cycle({draft.loader})"]
    return Loop(loop_over(header, "x, y = next(batches)"), name, name, f"({name} + 1)", before)


@option("step-loop", 1.5, when=pairs)
def stop_iteration(draft: Draft) -> Loop:
    """Start the loader again when it is exhausted."""
    name, loader = "it", draft.loader
    again = [
        *block("try:", ["x, y = next(batches)"]),
        *block("except StopIteration:", [f"batches = iter({loader})", "x, y = next(batches)"]),
    ]
    header = f"for {name} in range({draft.steps_text}):"
    return Loop(
        loop_over(header, *again), name, name, f"({name} + 1)", [f"batches = iter({loader})"]
    )


@option("step-loop", 1, when=pairs)
def zip_range_cycle(draft: Draft) -> Loop:
    name = "it"
    draft.helpers.append(CYCLE)
    header = f"for {name}, (x, y) in zip(range({draft.steps_text}), cycle({draft.loader})):"
    return Loop(loop_over(header), name, name, f"({name} + 1)")


@option("step-loop", 1, when=pairs)
def islice_cycle(draft: Draft) -> Loop:
    name, total = "it", draft.steps_text
    source = f"itertools.islice(itertools.cycle({draft.loader}), {total})"
    return Loop(
        loop_over(f"for {name}, (x, y) in enumerate({source}):"), name, name, f"({name} + 1)"
    )


@option("step-loop", 2)
def drawn_batches(draft: Draft) -> Loop:
    """No loader: each step makes its own batch."""
    name = draft.pick(["it", "iteration"])
    header = f"for {name} in range({draft.steps_text}):"
    return Loop(loop_over(header, f"x, y = {PAIR}"), name, name, f"({name} + 1)")


@option("step-loop", 1)
def counted_from_one(draft: Draft) -> Loop:
    name = draft.pick(["it", "iteration"])
    header = f"for {name} in range(1, {draft.steps_text} + 1):"
    return Loop(loop_over(header, f"x, y = {PAIR}"), name, f"({name} - 1)", name)


@option("step-loop", 1, when=pairs)
def while_flag(draft: Draft) -> Loop:
    """``while not done``."""
    total, loader, name = draft.steps_text, draft.loader, "iteration"

    def nested(body: Lines) -> Lines:
        stop = [f"{name} += 1", *block(f"if {name} == {total}:", ["done = True", "break"])]
        return block("while not done:", block(f"for x, y in {loader}:", [*body, *stop]))

    return Loop(nested, name, name, f"({name} + 1)", ["done = False", f"{name} = 0"])


@option("step-loop", 0.8)
def while_counter(draft: Draft) -> Loop:
    name = "iteration"
    render = loop_over(
        f"while {name} < {draft.steps_text}:", f"x, y = {PAIR}", after=[f"{name} += 1"]
    )
    return Loop(render, name, name, f"({name} + 1)", [f"{name} = 0"])


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


@option("step-loop", 0.8)
def while_two_limits(draft: Draft) -> Loop:
    """The first of two limits ends it."""
    name = "iteration"
    other = draft.pick([draft.max_steps - 1, draft.max_steps, draft.max_steps + 4])
    header = f"while {name} < {draft.steps_text} and drawn < {max(2, other)}:"
    if draft.raises is not None:
        header = f"while {name} < {draft.steps_text} and not halted:"
    render = loop_over(header, f"x, y = {PAIR}", after=[f"{name} += 1", "drawn += 1"])
    before = [f"{name} = 0", "drawn = 0", "halted = False"]
    return Loop(render, name, name, f"({name} + 1)", before)


@option("step-loop", 0.8, when=pairs, modelled=False)
def passes_generator(draft: Draft) -> Loop:
    """A generator yields the batches of all passes, up to a number."""
    name, loader = "it", draft.loader
    inner = [
        *block("if number == limit:", ["return"]),
        "yield number, batch",
        "number += 1",
    ]
    loops = block("while True:", block("for batch in loader:", inner))
    draft.helpers.append(block("def batches_up_to(loader, limit):", ["number = 0", *loops]))
    header = f"for {name}, (x, y) in batches_up_to({loader}, {draft.steps_text}):"
    return Loop(loop_over(header), name, name, f"({name} + 1)")
