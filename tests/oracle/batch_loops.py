"""Axis ``batch-loop``: the forms of a loop over the batches of an epoch."""

from __future__ import annotations

from .data import PAIR
from .draft import Draft, option
from .loops import Loop, loop_over
from .text import Lines, block


def counted(draft: Draft) -> str:
    return draft.pick(["i", "i", "step", "batch_idx", "it"])


def pairs(draft: Draft) -> bool:
    """Whether the loader yields (x, y)."""
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
    """Whether a script raises what it is meant to raise even with fewer batches."""
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


@option("batch-loop", 0.6, when=pairs, modelled=False)
def batch_until_exhausted(draft: Draft) -> Loop:
    """``while True`` and ``next``, until ``StopIteration``."""
    i, loader = counted(draft), draft.loader
    draw = [*block("try:", ["x, y = next(iterator)"]), *block("except StopIteration:", ["break"])]

    def rendered(body: Lines) -> Lines:
        loop = block("while True:", [*draw, *body, f"{i} += 1"])
        return [f"iterator = iter({loader})", f"{i} = 0", *loop]

    return Loop(rendered, i, i, f"({i} + 1)")


@option("batch-loop", 0.5, when=pairs, modelled=False)
def batch_sentinel(draft: Draft) -> Loop:
    """``next(iterator, None)`` until it is None."""
    i, loader = counted(draft), draft.loader
    if draft.chance(0.5):
        first: Lines = []
        header = "while (batch := next(iterator, None)) is not None:"
    else:
        first = ["batch = next(iterator, None)", *block("if batch is None:", ["break"])]
        header = "while True:"

    def rendered(body: Lines) -> Lines:
        loop = block(header, [*first, "x, y = batch", *body, f"{i} += 1"])
        return [f"iterator = iter({loader})", f"{i} = 0", *loop]

    return Loop(rendered, i, i, f"({i} + 1)")


@option("batch-loop", 0.6, when=lambda d: pairs(d) and d.skeleton == "epochs", modelled=False)
def batch_numbered_generator(draft: Draft) -> Loop:
    """A generator of the project yields number and batch; some end early."""
    i, loader = counted(draft), draft.loader
    stop: Lines = []
    if draft.raises is None and draft.chance(0.5):
        stop = block(f"if number >= {max(1, draft.batches - draft.pick([0, 1]))}:", ["return"])
    draw = block("for number, (x, y) in enumerate(loader):", [*stop, "yield number, x, y"])
    draft.helpers.append(block("def numbered_batches(loader):", draw))
    return Loop(loop_over(f"for {i}, x, y in numbered_batches({loader}):"), i, i, f"({i} + 1)")


@option("batch-loop", 0.5, when=lambda d: pairs(d) and d.skeleton == "epochs", modelled=False)
def batch_yield_from(draft: Draft) -> Loop:
    i, loader = counted(draft), draft.loader
    body = draft.pick([["yield from loader"], ["yield from iter(loader)", 'print("end")']])
    draft.helpers.append(block("def all_batches(loader):", body))
    header = f"for {i}, (x, y) in enumerate(all_batches({loader})):"
    return Loop(loop_over(header), i, i, f"({i} + 1)")


@option("batch-loop", 0.5, when=pairs)
def batch_for_else(draft: Draft) -> Loop:
    i, loader = counted(draft), draft.loader

    def rendered(body: Lines) -> Lines:
        loop = block(f"for {i}, (x, y) in enumerate({loader}):", body)
        return [*loop, *block("else:", ['print("pass complete")'])]

    return Loop(rendered, i, i, f"({i} + 1)")
