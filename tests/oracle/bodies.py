"""Axis ``body``: one training step, around ``optimizer.step()``.

An option returns the lines of the batch loop's body; ``draft.cadence`` says what goes before and
after the optimizer's step. ``draft.extras`` takes what an idiom needs elsewhere.
"""

from __future__ import annotations

from .draft import Draft, option
from .text import Lines, block

LOSS = ["loss = criterion(model(x), y)"]
TWO_LINES = ["output = model(x)", "loss = criterion(output, y)"]


def _single(draft: Draft) -> bool:
    return draft.skeleton in ("epochs", "steps")


def _no_accumulation(draft: Draft) -> bool:
    return _single(draft) and not draft.cadence.accumulate


def _guarded(draft: Draft, step: Lines) -> Lines:
    """Return the optimizer's step and the calls beside it, every k batches with accumulation."""
    cadence = draft.cadence
    lines = [*cadence.before, *step, *cadence.after]
    if not cadence.accumulate:
        return lines
    guard = f"NTH % {draft.accumulation_text} == 0"
    if draft.epochs and draft.chance(0.3):
        draft.mark("accumulation", "flush")
        guard = f"{guard} or NTH == {draft.batches_text}"
    return block(f"if {guard}:", [*lines, "optimizer.zero_grad()"])


def _loss(draft: Draft) -> Lines:
    lines = draft.pick([LOSS, TWO_LINES])
    if not draft.cadence.accumulate:
        return lines
    if draft.chance(0.5):
        return [*lines, f"loss = loss / {draft.accumulation_text}"]
    return [*lines[:-1], f"{lines[-1]} / {draft.accumulation_text}"]


@option("body", 5, when=_single)
def zero_first(draft: Draft) -> Lines:
    zero = draft.pick(["optimizer.zero_grad()", "optimizer.zero_grad(set_to_none=True)"])
    start = [] if draft.cadence.accumulate else [zero]
    return [*start, *_loss(draft), "loss.backward()", *_guarded(draft, ["optimizer.step()"])]


@option("body", 3, when=_no_accumulation)
def zero_before_backward(draft: Draft) -> Lines:
    step = ["optimizer.zero_grad()", "loss.backward()", *_guarded(draft, ["optimizer.step()"])]
    return [*_loss(draft), *step]


@option("body", 1.5, when=_no_accumulation)
def zero_last(draft: Draft) -> Lines:
    step = _guarded(draft, ["optimizer.step()"])
    return [*_loss(draft), "loss.backward()", *step, "optimizer.zero_grad()"]


@option("body", 1.5, when=_single)
def clipped(draft: Draft) -> Lines:
    clip = "nn.utils.clip_grad_norm_(model.parameters(), 1.0)"
    clip = draft.pick([clip, f"torch.{clip}"])
    start = [] if draft.cadence.accumulate else ["optimizer.zero_grad()"]
    step = _guarded(draft, [clip, "optimizer.step()"])
    return [*start, *_loss(draft), "loss.backward()", *step]


@option("body", 2, when=_single)
def scaled(draft: Draft) -> Lines:
    """Mixed precision with a GradScaler that is off: every step is taken."""
    off = draft.setting("amp", False) if draft.chance(0.5) else "False"
    make = draft.pick(
        ['torch.amp.GradScaler("cuda", enabled=', "torch.cuda.amp.GradScaler(enabled="]
    )
    draft.counters.append(f"scaler = {make}{off})")
    unscale = ["scaler.unscale_(optimizer)"] if draft.chance(0.3) else []
    if unscale:
        unscale.append("nn.utils.clip_grad_norm_(model.parameters(), 1.0)")
    start = [] if draft.cadence.accumulate else ["optimizer.zero_grad()"]
    loss = _loss(draft)
    if draft.chance(0.5):
        loss = block('with torch.autocast(device_type="cpu", enabled=False):', loss)
    step = _guarded(draft, [*unscale, "scaler.step(optimizer)", "scaler.update()"])
    return [*start, *loss, "scaler.scale(loss).backward()", *step]


@option("body", 0.6, when=_no_accumulation)
def closure_argument(draft: Draft) -> Lines:
    """``optimizer.step(closure)``."""
    inner = ["optimizer.zero_grad()", *LOSS, "loss.backward()", "return loss"]
    step = _guarded(draft, ["loss = optimizer.step(closure)"])
    return ["", *block("def closure():", inner), "", *step]


@option("body", 0.8, when=_no_accumulation)
def checked(draft: Draft) -> Lines:
    """A guard against NaN that never fires."""
    failure = draft.pick(['raise RuntimeError("loss is not finite")', "sys.exit(1)"])
    check = block("if not math.isfinite(loss.item()):", [failure])
    step = _guarded(draft, ["optimizer.step()"])
    return ["optimizer.zero_grad()", *_loss(draft), *check, "loss.backward()", *step]


@option("body", 1, when=lambda d: d.skeleton == "phases")
def phase_guard(draft: Draft) -> Lines:
    """Train and evaluate in one loop over the phases."""
    step = ["loss.backward()", *_guarded(draft, ["optimizer.step()"])]
    inner = [*_loss(draft), *block('if phase == "train":', step)]
    start = [] if draft.cadence.accumulate else ["optimizer.zero_grad()"]
    return [*start, *block('with torch.set_grad_enabled(phase == "train"):', inner)]


def _discriminator(draft: Draft) -> Lines:
    return [
        "real, fake = discriminator(x), discriminator(generator(x).detach())",
        "optimizer_d.zero_grad()",
        "loss_d = criterion(real, torch.ones_like(real)) + criterion(fake, torch.zeros_like(fake))",
        "loss_d.backward()",
        "optimizer_d.step()",
    ]


def _generator(draft: Draft) -> Lines:
    return [
        "optimizer_g.zero_grad()",
        "fake = discriminator(generator(x))",
        "loss_g = criterion(fake, torch.ones_like(fake))",
        "loss_g.backward()",
        "optimizer_g.step()",
    ]


@option("body", 2, when=lambda d: d.skeleton == "gan")
def two_players(draft: Draft) -> Lines:
    cadence = draft.cadence
    return [*cadence.before, *_discriminator(draft), *_generator(draft), *cadence.after]


@option("body", 1, when=lambda d: d.skeleton == "gan")
def critic_steps(draft: Draft) -> Lines:
    """The generator steps every ``n_critic`` batches."""
    cadence = draft.cadence
    draft.needs.add("index")
    guard = f"if INDEX % {draft.number('n_critic', 2)} == 0:"
    body = [*_discriminator(draft), *block(guard, _generator(draft))]
    return [*cadence.before, *body, *cadence.after]
