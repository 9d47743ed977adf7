"""Axis ``noise``: what real scripts do besides; none of it changes the learning rate.

An option adds lines to ``draft.extras``. A script takes up to three of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .draft import Draft, option
from .text import Lines, block, indent


@dataclass
class Extras:
    setup: Lines = field(default_factory=list)
    model: Lines = field(default_factory=list)
    before: Lines = field(default_factory=list)
    """Right before the loops."""
    batch: Lines = field(default_factory=list)
    evaluation: Lines = field(default_factory=list)
    """At the end of an epoch, before the scheduler steps."""
    report: Lines = field(default_factory=list)
    """At the end of an epoch, after it."""
    end: Lines = field(default_factory=list)
    stop_batch: Lines = field(default_factory=list)
    """At the end of a batch: a ``break``."""
    stop_epoch: Lines = field(default_factory=list)


def _flags(draft: Draft) -> bool:
    """Whether a setting can switch something off (nobody writes ``if False:``)."""
    return draft.skeleton == "epochs" and not draft.marked("config", "literals")


def _one_model(draft: Draft) -> bool:
    return draft.skeleton != "gan"


def _one_model_epochs(draft: Draft) -> bool:
    return draft.skeleton == "epochs"


@option("noise", 3, name="quiet")
def quiet(draft: Draft) -> None:
    """Nothing."""


@option("noise", 1)
def seeded(draft: Draft) -> None:
    draft.extras.setup.append(draft.pick(["torch.manual_seed(0)", "random.seed(1)"]))


@option("noise", 1.5, when=_one_model)
def device(draft: Draft) -> None:
    draft.extras.setup.append(
        'device = torch.device("cuda" if torch.cuda.is_available() else "cpu")'
    )
    draft.extras.model.append(draft.pick(["model = model.to(device)", "model.to(device)"]))


@option("noise", 2, when=_one_model_epochs)
def report_last_lr(draft: Draft) -> None:
    draft.needs.add("epoch")
    report = 'print(f"epoch {EPOCH}: lr={scheduler.get_last_lr()[0]:.3e}")'
    draft.extras.report.append(report)


@option("noise", 1.5, when=_one_model)
def report_group_lr(draft: Draft) -> None:
    draft.extras.report += ['current_lr = optimizer.param_groups[0]["lr"]', "print(current_lr)"]


@option("noise", 1, when=_one_model)
def history(draft: Draft) -> None:
    draft.counters.append("history = []")
    draft.extras.batch.append('history.append(optimizer.param_groups[0]["lr"])')


@option("noise", 1, when=_one_model_epochs)
def running_loss(draft: Draft) -> None:
    draft.counters.append("losses = []")
    draft.extras.batch.append("losses.append(loss.item())")
    draft.extras.report.append("print(sum(losses) / len(losses))")


@option("noise", 2, when=_one_model_epochs)
def evaluation_function(draft: Draft) -> None:
    draft.needs.add("val-loader")
    scored = block("for x, y in loader:", ["total += ((model(x) - y) ** 2).mean().item()"])
    decorator = draft.pick([["@torch.no_grad()"], ["@torch.inference_mode()"], []])
    body = ["model.eval()", "total = 0.0", *scored, "return total / len(loader)"]
    draft.helpers.append([*decorator, *block("def evaluate(model, loader):", body)])
    draft.extras.evaluation.append("val_loss = evaluate(model, val_loader)")


@option("noise", 1, when=_one_model_epochs)
def evaluation_inline(draft: Draft) -> None:
    draft.needs.add("val-loader")
    loop = block("for x, y in val_loader:", ["val_loss += criterion(model(x), y).item()"])
    lines = ["model.eval()", "val_loss = 0.0", *block("with torch.no_grad():", loop)]
    draft.extras.evaluation += lines


@option("noise", 1, when=_flags)
def best_checkpoint(draft: Draft) -> None:
    """A checkpoint that is written under a flag which is off."""
    draft.needs.add("epoch")
    state = [
        '"model": model.state_dict(),',
        '"optimizer": optimizer.state_dict(),',
        '"scheduler": scheduler.state_dict(),',
        '"epoch": EPOCH,',
    ]
    save = ["snapshot = {", *indent(state), "}", 'torch.save(snapshot, "checkpoint.pt")']
    draft.extras.report += block(f"if {draft.setting('save', False)}:", save)


@option("noise", 1, when=_flags)
def resume_flag(draft: Draft) -> None:
    """A resume that is not asked for."""
    flag = draft.setting("resume", "")
    load = [
        f"checkpoint = torch.load({flag})",
        'model.load_state_dict(checkpoint["model"])',
        'optimizer.load_state_dict(checkpoint["optimizer"])',
        'scheduler.load_state_dict(checkpoint["scheduler"])',
    ]
    draft.extras.before += block(f"if {flag}:", load)


@option("noise", 0.8)
def farewell(draft: Draft) -> None:
    draft.extras.end.append('print("training finished")')


# -- faults that leave the schedule alone, or break it ---------------------------------------------


@option("fault", 25, name="none")
def no_fault(draft: Draft) -> None:
    """The script wires everything properly."""


def simple_run(draft: Draft) -> bool:
    return draft.skeleton == "epochs" and draft.raises is None


@option("fault", 0.7, when=lambda d: simple_run(d) and d.marked("family", "single"))
def get_lr_call(draft: Draft) -> None:
    """``scheduler.get_lr()`` in a report."""
    draft.extras.report.append("print(scheduler.get_lr())")


@option("fault", 0.7, when=simple_run)
def optimizer_replaced(draft: Draft) -> None:
    draft.may_abstain = True


@option("fault", 0.7, when=lambda d: simple_run(d) and d.marked("cadence", "epoch", "batch"))
def rebuilt_every_epoch(draft: Draft) -> None:
    draft.may_abstain = True


@option("fault", 0.7, when=simple_run)
def manual_write(draft: Draft) -> None:
    """The first epochs' LR is written by hand while the scheduler runs."""
    draft.may_abstain = True
    draft.needs.add("epoch")
    write = [f'group["lr"] = {draft.lr_text} * (EPOCH + 1) / 4']
    loop = block("for group in optimizer.param_groups:", write)
    draft.cadence.head += block("if EPOCH < 2:", loop)


@option("fault", 0.7, when=simple_run)
def reading_groups(draft: Draft) -> None:
    """No fault: a loop over the groups that only reads."""
    loop = block("for group in optimizer.param_groups:", ['print(group["lr"])'])
    draft.extras.report += loop
