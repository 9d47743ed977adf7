"""The facts of optimizers."""

from __future__ import annotations

import pytest

from .scripts import SETUP, optimizer, text, training


def test_a_whole_optimizer() -> None:
    use = optimizer("for epoch in range(epochs):\n    optimizer.step()\n")
    assert (use.class_name, use.variable, text(use.steps)) == ("SGD", "optimizer", "args.epochs")
    assert use.place.text == "torch.optim.SGD(model.parameters(), lr=0.1)"
    assert use.stepped
    assert not use.open_groups


def test_an_optimizer_that_is_not_stepped() -> None:
    use = optimizer("")
    assert (use.stepped, text(use.steps)) == (False, "0")


def test_param_groups() -> None:
    groups = "[{'params': a, 'lr': 0.5, 'initial_lr': 1}, {'params': b, 'momentum': 0.9}]"
    use = training("", SETUP + f"other = torch.optim.SGD({groups})\n").optimizers[1]
    assert [text(group.lr) for group in use.groups] == ["0.5", "0.001"]
    assert [text(group.momentum) for group in use.groups] == ["0", "0.9"]
    assert [group.initial_lr for group in use.groups] == [True, False]
    assert [group.lr_given for group in use.groups] == [True, False]


def test_an_optimizer_that_is_built_elsewhere() -> None:
    use = optimizer("self.optimizer.step()\n", "import torch\nscheduler = None\n")
    assert (use.variable, use.escapes) == ("self.optimizer", "built by code that was not read")
    assert text(use.steps) == "1"


NEW = "optimizer = torch.optim.Adam(model.parameters())\n"


@pytest.mark.parametrize(
    ("script", "replaced"),
    [(NEW, True), (f"if flag: {NEW}", False), (f"if not flag: {NEW}", False), ("", False)],
)
def test_an_optimizer_that_is_replaced(script: str, replaced: bool) -> None:
    old = optimizer(script + "optimizer.step()\n")
    assert (old.replaced_by is not None) is replaced


def test_an_optimizer_that_is_replaced_in_the_middle_of_a_loop() -> None:
    old = optimizer(f"for epoch in range(epochs):\n    optimizer.step()\n    if epoch == 10: {NEW}")
    assert old.replaced_by is None
    assert old.replaced_midway is not None
    assert old.replaced_midway.class_name == "Adam"
    assert [loop.over for loop in old.replaced_in] == ["range(epochs)"]
