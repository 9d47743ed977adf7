"""LR704 one-group-only."""

from __future__ import annotations

from collections.abc import Iterator

from lrlint.diagnostics import Severity
from lrlint.facts import LoopKind, OptimizerUse, Place, Schedule
from lrlint.judgement.hand_written import is_written
from lrlint.judgement.length import is_exercise
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training
from lrlint.symbolic import Expr


class OneGroupOnly(Rule):
    """The schedule changes the LR of one param group, and the others keep theirs.

    ## What it does

    Reports an LR that is written into `optimizer.param_groups[0]` during the training, and into no
    other group, where the optimizer has several. Another number than 0 (`param_groups[-1]`) is
    reported where all groups start at the same LR; where they do not, the script may mean that
    group. A loop that writes the same group twice is reported, too, if a single group is never
    written.

    ## Why is this bad

    The rest of the model trains at its first LR to the end: no warm-up, no decay. The LR that such
    scripts log is that of the first group, so nothing shows it.

    ## Example

    ```python
    optimizer = SGD([{"params": backbone}, {"params": head}], lr=0.1)
    for epoch in range(90):
        optimizer.param_groups[0]["lr"] = 0.1 * 0.1 ** (epoch // 30)
    ```

    ## Use instead

    ```python
    optimizer = SGD([{"params": backbone}, {"params": head}], lr=0.1)
    for epoch in range(90):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * 0.1 ** (epoch // 30)
    ```

    ## References

    - [torch: per-parameter options](https://docs.pytorch.org/docs/stable/optim.html#per-parameter-options)
    """

    code, name, severity = "LR704", "one-group-only", Severity.WARNING

    SETUP = """
        groups = [{"params": model.body.parameters()}, {"params": model.head.parameters()}]
        optimizer = SGD(groups, lr=0.1)
        """
    WRITE = "0.1 * 0.1 ** (epoch // 30)"
    VALID = (
        training(
            SETUP,
            epochs=90,
            before=f'optimizer.param_groups[0]["lr"] = {WRITE}\n'
            f'optimizer.param_groups[1]["lr"] = {WRITE}',
        ),
        training("", epochs=90, before=f'optimizer.param_groups[0]["lr"] = {WRITE}'),
    )
    INVALID = (
        Invalid(
            training(SETUP, epochs=90, before=f'optimizer.param_groups[0]["lr"] = {WRITE}'),
            at=f'optimizer.param_groups[0]["lr"] = {WRITE}',
            says=("param group 0", "2 param groups"),
        ),
        Invalid(
            training(SETUP, epochs=90, before=f'optimizer.param_groups[-1]["lr"] = {WRITE}'),
            at=f'optimizer.param_groups[-1]["lr"] = {WRITE}',
            says=("param group 1 only", "2 param groups"),
        ),
    )

    def check_hand_written(self, schedule: Schedule) -> Iterator[Finding]:
        optimizer = schedule.optimizer
        if not is_written(schedule) or optimizer is None or optimizer.open_groups:
            return
        if is_exercise(schedule):
            return
        if missed := _missed(optimizer):
            number, place = missed
            yield self.finding(
                place,
                "the loop writes the LR into the same param group twice, and nothing writes it into"
                f" param group {number}, which keeps its first LR",
                notes=(("the optimizer is built here", optimizer.place),),
            )
        written = _the_only_one(optimizer)
        if written is None or all(write.visited for write in optimizer.writes):
            return  # `if group["name"] == "head":` means that group
        yield self.finding(
            schedule.place,
            f"the LR is written into param group {written} only, but the optimizer has"
            f" {len(optimizer.groups)} param groups: the others keep their first LR",
            notes=(("the optimizer is built here", optimizer.place),),
        )


def _the_only_one(optimizer: OptimizerUse) -> int | None:
    """Return the number of the one group of several that is written, if it is not meant alone."""
    numbers = {write.group for write in optimizer.writes}
    if len(optimizer.groups) < 2 or len(numbers) != 1:
        return None
    (number,) = numbers
    rates = {group.lr for group in optimizer.groups}
    return number if number == 0 or (len(rates) == 1 and None not in rates) else None


def _missed(optimizer: OptimizerUse) -> tuple[int, Place] | None:
    """Return the one group that is not written where a loop writes another one twice.

    ``for i in range(2): optimizer.param_groups[0]["lr"] = lr`` means group ``i``. The place
    of the write comes with the number.
    """
    numbers = {write.group for write in optimizer.writes}
    missed = set(range(len(optimizer.groups))) - numbers
    if len(missed) != 1 or len(numbers) < 2 or None in numbers:
        return None
    for write in optimizer.writes:
        inner = write.loops[-1] if write.loops else None
        if inner is not None and inner.kind is LoopKind.OTHER and inner.trips == Expr.const(2):
            return missed.pop(), write.place
    return None
