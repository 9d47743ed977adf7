"""Axis ``fault``, continued: what the training changes while it is going on."""

from __future__ import annotations

from .draft import Draft, option
from .noise import simple_run
from .text import Lines, block


def _head(draft: Draft, lines: Lines) -> None:
    """Do something at the start of one epoch."""
    draft.needs.add("epoch")
    draft.may_abstain = True
    at = draft.pick(["EPOCH == 1", "EPOCH == 2", "EPOCH > 0 and EPOCH % 2 == 0"])
    draft.cadence.head = [*block(f"if {at}:", lines), *draft.cadence.head]


def _exponential(draft: Draft) -> str:
    return f"{draft.construct('ExponentialLR')}(optimizer, gamma={draft.pick(['0.5', '0.9'])})"


@option("fault", 0.6, when=simple_run)
def scheduler_replaced(draft: Draft) -> None:
    """Another schedule takes over."""
    _head(draft, [f"scheduler = {_exponential(draft)}"])


@option("fault", 0.6, when=simple_run)
def both_replaced(draft: Draft) -> None:
    """A new optimizer, with its scheduler."""
    new = f"optimizer = torch.optim.SGD(model.parameters(), lr={draft.pick(['0.2', '0.02'])})"
    _head(draft, [new, f"scheduler = {_exponential(draft)}"])


@option("fault", 0.6, when=simple_run)
def optimizer_replaced_midway(draft: Draft) -> None:
    """A new optimizer; the scheduler keeps the old one."""
    new = f"optimizer = torch.optim.SGD(model.parameters(), lr={draft.pick(['0.2', '0.02'])})"
    _head(draft, [new])


@option("fault", 0.6, when=simple_run)
def rewound(draft: Draft) -> None:
    """The state of the start is loaded again."""
    draft.extras.before += [
        "start_state = copy.deepcopy((optimizer.state_dict(), scheduler.state_dict()))",
    ]
    load = [
        "optimizer.load_state_dict(start_state[0])",
        "scheduler.load_state_dict(start_state[1])",
    ]
    _head(draft, load if draft.chance(0.6) else load[draft.pick([0, 1]) :][:1])


@option("fault", 0.8, when=simple_run)
def resumed(draft: Draft) -> None:
    """A checkpoint of some steps later, saved and loaded again."""
    draft.may_abstain = True
    steps = block(f"for _ in range({draft.pick([0, 1, 2])}):", ["scheduler.step()"])
    save = 'torch.save({"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}'
    load = [
        'optimizer.load_state_dict(checkpoint["optimizer"])',
        'scheduler.load_state_dict(checkpoint["scheduler"])',
    ]
    after = block("for _ in range(1):", ["scheduler.step()"]) if draft.chance(0.3) else []
    draft.extras.before += [
        *(steps if draft.chance(0.5) else []),
        "buffer = io.BytesIO()",
        f"{save}, buffer)",
        *after,
        "buffer.seek(0)",
        "checkpoint = torch.load(buffer, weights_only=False)",
        *(load if draft.chance(0.7) else load[draft.pick([0, 1]) :][:1]),
    ]


@option("fault", 0.6, when=simple_run)
def written_by_helper(draft: Draft) -> None:
    """``set_lr(optimizer, 0.01)`` in some epochs."""
    write = draft.pick(['group["lr"] = lr', "group.update(lr=lr)", 'group["lr"] *= lr'])
    body = block("for group in optimizer.param_groups:", [write])
    draft.helpers.append(block("def set_lr(optimizer, lr):", body))
    _head(draft, [f"set_lr(optimizer, {draft.pick(['0.03', '0.5'])})"])


@option("fault", 0.6, when=simple_run)
def attribute_written(draft: Draft) -> None:
    """The scheduler's own attributes are changed."""
    change = draft.pick(
        [
            "scheduler.last_epoch = 0",
            "scheduler.base_lrs = [0.2 for _ in optimizer.param_groups]",
            'optimizer.param_groups[0]["initial_lr"] = 0.2',
            'optimizer.param_groups[0].setdefault("initial_lr", 0.2)',
            "optimizer.param_groups[-1].update(lr=0.2)",
            "scheduler.optimizer.param_groups[0]['lr'] = 0.2",
            "vars(scheduler)['last_epoch'] = 1",
            "scheduler.__dict__.update(last_epoch=1)",
        ]
    )
    _head(draft, [change])
