"""Axes ``epoch-loop``, ``batch-loop`` and ``step-loop``: the forms of training loops.

An option returns a ``Loop``: how its body is wrapped, and the expressions for its counter. A
``Loop.render(body)`` returns the lines of the loop; ``Loop.before`` stand before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .data import PAIR
from .draft import Draft, option
from .text import Lines, block


@dataclass
class Loop:
    render: Callable[[Lines], Lines]
    variable: str = ""
    """The counter's name, where there is one."""
    index: str = ""
    """The counter from 0."""
    nth: str = ""
    """The counter from 1."""
    before: Lines = field(default_factory=list)


def loop_over(header: str, *first: str, after: Lines | None = None) -> Callable[[Lines], Lines]:
    return lambda body: block(header, [*first, *body, *(after or [])])


# -- epochs --------------------------------------------------------------------------------------


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
    """Nothing skips the end of an epoch, where the counter moves."""
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


# -- batches -------------------------------------------------------------------------------------


def counted(draft: Draft) -> str:
    return draft.pick(["i", "i", "step", "batch_idx", "it"])


def pairs(draft: Draft) -> bool:
    """The loader yields (x, y)."""
    return not draft.marked("data", "index-range")


def _indices(draft: Draft) -> bool:
    return not pairs(draft)


def uncounted(draft: Draft) -> bool:
    return pairs(draft) and "index" not in draft.needs


@option("batch-loop", 5, when=uncounted)
def batch_plain(draft: Draft) -> Loop:
    loader = draft.loader
    return draft.pick(
        [
            Loop(loop_over(f"for x, y in {loader}:")),
            Loop(loop_over(f"for (x, y) in {loader}:")),
            Loop(loop_over(f"for batch in {loader}:", "x, y = batch")),
        ]
    )


@option("batch-loop", 6, when=pairs)
def batch_enumerate(draft: Draft) -> Loop:
    i = counted(draft)
    header = f"for {i}, (x, y) in enumerate({draft.loader}):"
    return Loop(loop_over(header), i, i, f"({i} + 1)")


@option("batch-loop", 1, when=pairs)
def batch_enumerate_unpacked(draft: Draft) -> Loop:
    i = counted(draft)
    header = f"for {i}, batch in enumerate({draft.loader}):"
    return Loop(loop_over(header, "x, y = batch[0], batch[1]"), i, i, f"({i} + 1)")


@option("batch-loop", 1, when=pairs)
def batch_enumerate_from_one(draft: Draft) -> Loop:
    i = counted(draft)
    start = draft.pick(["1", "start=1"])
    header = f"for {i}, (x, y) in enumerate({draft.loader}, {start}):"
    return Loop(loop_over(header), i, f"({i} - 1)", i)


@option("batch-loop", 2, when=uncounted)
def batch_tqdm(draft: Draft) -> Loop:
    arguments = draft.pick(["", ', desc="train"', ", leave=False"])
    return Loop(loop_over(f"for x, y in tqdm({draft.loader}{arguments}):"))


@option("batch-loop", 2, when=pairs)
def batch_tqdm_enumerate(draft: Draft) -> Loop:
    i, loader = counted(draft), draft.loader
    progress = draft.pick(
        [f"enumerate(tqdm({loader}))", f"tqdm(enumerate({loader}), total=len({loader}))"]
    )
    if draft.chance(0.5):
        return Loop(loop_over(f"for {i}, (x, y) in {progress}:"), i, i, f"({i} + 1)")

    def named(body: Lines) -> Lines:
        return [f"pbar = {progress}", *block(f"for {i}, (x, y) in pbar:", body)]

    return Loop(named, i, i, f"({i} + 1)")


@option("batch-loop", 1, when=uncounted)
def batch_with_tqdm(draft: Draft) -> Loop:
    """``with tqdm(loader) as bar: for x, y in bar``."""
    bar, loader = draft.pick(["bar", "pbar", "tepoch"]), draft.loader

    def within(body: Lines) -> Lines:
        loop = block(f"for x, y in {bar}:", body)
        return block(f'with tqdm({loader}, unit="batch") as {bar}:', loop)

    return Loop(within)


@option("batch-loop", 0.8, when=pairs)
def batch_iterator(draft: Draft) -> Loop:
    """``it = iter(loader)`` and ``next(it)``, ``len(loader)`` times."""
    i, loader = counted(draft), draft.loader

    def drawn(body: Lines) -> Lines:
        loop = block(f"for {i} in range(len({loader})):", ["x, y = next(batches)", *body])
        return [f"batches = iter({loader})", *loop]

    return Loop(drawn, i, i, f"({i} + 1)")


@option("batch-loop", 0.6, when=uncounted)
def batch_zip(draft: Draft) -> Loop:
    """Two loaders side by side: the shorter one ends it."""
    loader = draft.loader
    other = draft.pick([f"range({draft.batches + 3})", "itertools.count()", loader])
    return Loop(loop_over(f"for (x, y), extra in zip({loader}, {other}):"))


def _may_shorten(draft: Draft) -> bool:
    """Fewer batches do not keep a script from raising what it is meant to raise."""
    return pairs(draft) and draft.raises is None


@option("batch-loop", 0.6, when=_may_shorten)
def batch_islice(draft: Draft) -> Loop:
    """Fewer batches than the loader has: the epoch is cut short."""
    i = counted(draft)
    limit = max(1, draft.batches - draft.pick([0, 1]))
    header = f"for {i}, (x, y) in enumerate(itertools.islice({draft.loader}, {limit})):"
    return Loop(loop_over(header), i, i, f"({i} + 1)")


@option("batch-loop", 0.7, when=_may_shorten)
def batch_break(draft: Draft) -> Loop:
    """``if i >= limit: break`` at the top of the body."""
    i = counted(draft)
    limit = max(1, draft.batches - draft.pick([0, 1, 2]))
    stop = block(f"if {i} >= {draft.number('max_batches', limit)}:", ["break"])
    return Loop(
        loop_over(f"for {i}, (x, y) in enumerate({draft.loader}):", *stop), i, i, f"({i} + 1)"
    )


@option("batch-loop", 0.5, when=lambda d: uncounted(d) and d.skeleton == "epochs")
def batch_generator(draft: Draft) -> Loop:
    """A generator of the project passes the loader through."""
    body = [
        *block("for number, item in enumerate(loader):", ["yield item", *_log()]),
    ]
    draft.helpers.append(block("def log_every(loader, freq):", body))
    return Loop(loop_over(f"for x, y in log_every({draft.loader}, 10):"))


def _log() -> Lines:
    return block("if number % freq == 0:", ['print(f"batch {number}")'])


@option("batch-loop", 4, when=_indices)
def batch_range(draft: Draft) -> Loop:
    i = counted(draft)
    return Loop(loop_over(f"for {i} in {draft.loader}:", f"x, y = {PAIR}"), i, i, f"({i} + 1)")


# -- steps ---------------------------------------------------------------------------------------

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
