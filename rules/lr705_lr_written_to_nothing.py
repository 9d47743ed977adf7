"""LR705 lr-written-to-nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from lrlint.diagnostics import Severity
from lrlint.facts import Training
from lrlint.rule import Finding, Invalid, Rule
from lrlint.snippets import training


class LrWrittenToNothing(Rule):
    """The script sets an LR where no optimizer step reads it.

    ## What it does

    Reports `optimizer.lr = …`, and `optimizer.defaults["lr"] = …` where no param group is added
    afterwards, of torch's own optimizers; also an LR that is written into the groups of
    `optimizer.state_dict()`, which are copies.

    ## Why is this bad

    An optimizer of torch reads the LR of each param group, `optimizer.param_groups[i]["lr"]`. An
    attribute `lr` is a new one that nothing reads, and `defaults` are for groups that are added
    later: the training goes on with the old LR, without an error.

    ## Example

    ```python
    for epoch in range(90):
        optimizer.lr = 0.1 * 0.1 ** (epoch // 30)
    ```

    ## Use instead

    ```python
    for epoch in range(90):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * 0.1 ** (epoch // 30)
    ```

    ## References

    - [torch: Optimizer](https://docs.pytorch.org/docs/stable/optim.html#base-class)
    """

    _OF_TORCH: ClassVar = frozenset(
        {
            "ASGD",
            "Adadelta",
            "Adagrad",
            "Adam",
            "AdamW",
            "Adamax",
            "NAdam",
            "RAdam",
            "RMSprop",
            "SGD",
        }
    )
    """The optimizers whose steps are known to read no other LR."""

    code, name, severity = "LR705", "lr-written-to-nothing", Severity.ERROR

    LAW = "0.1 * 0.1 ** (epoch // 30)"
    VALID = (
        training("", epochs=90, before=f'optimizer.param_groups[0]["lr"] = {LAW}'),
        # The name of what the script logs.
        training(
            "",
            epochs=90,
            before=f"optimizer.lr = {LAW}\nfor group in optimizer.param_groups:\n"
            '    group["lr"] = optimizer.lr',
        ),
    )
    INVALID = (
        Invalid(
            training("", epochs=90, before=f"optimizer.lr = {LAW}"),
            at=f"optimizer.lr = {LAW}",
            says=("optimizer.lr", "param_groups"),
        ),
        Invalid(
            training("", epochs=90, before=f'optimizer.defaults["lr"] = {LAW}'),
            at=f'optimizer.defaults["lr"] = {LAW}',
            says=("no param group", "later"),
        ),
    )

    def check_training(self, training: Training) -> Iterator[Finding]:
        for optimizer in training.optimizers:
            if optimizer.class_name not in self._OF_TORCH or optimizer.escapes is not None:
                continue
            if not optimizer.sites or optimizer.writes:
                continue
            for call in optimizer.calls:
                if call.method in ("lr =", "learning_rate ="):
                    name = f"{optimizer.variable or 'optimizer'}.{call.method.removesuffix(' =')}"
                    text = f"`{name}` is an attribute that no step reads: the LR stays as it is"
                elif call.method == "defaults =" and not any(
                    later.method == "add_param_group" and later.order > call.order
                    for later in optimizer.calls
                ):
                    text = "the defaults are for param groups that are added later, and no param"
                    text += " group is: the LR stays as it is"
                elif call.method == "copied lr =":
                    text = "`state_dict()` returns copies of the param groups, which no step reads:"
                    text += " the LR stays as it is"
                else:
                    continue
                yield self.finding(call.place, f'{text}; the LR in use is param_groups[i]["lr"]')
                break
