"""MONAI's trainer: where the handlers make it step a scheduler."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lrlint.linter.engine import lint_text

SCRIPT = """
    import torch
    from monai.engines import SupervisedTrainer
    from monai.handlers import CheckpointSaver, LrScheduleHandler
    from torch.optim.lr_scheduler import CosineAnnealingLR

    def create(net, loader, rank):
        adam = torch.optim.Adam(net.parameters(), lr=1e-3)
        plan = CosineAnnealingLR(adam, T_max={length}, eta_min=1e-5)
        handlers = [
            LrScheduleHandler(plan, print_lr=True{level}),
            CheckpointSaver("out", save_dict={{"net": net, "plan": plan}}),
        ]
        return SupervisedTrainer(
            device="cpu", max_epochs=60, train_data_loader=loader, network=net, optimizer=adam,
            loss_function=torch.nn.L1Loss(), train_handlers=handlers if rank == 0 else handlers[:1],
        )

    create(net, torch.utils.data.DataLoader(images), rank).run()
"""


@pytest.mark.parametrize(
    ("length", "level", "codes"),
    [
        ("60", "", []),
        ("45", "", ["LR201"]),
        ("60 * len(loader)", "", ["LR102"]),
        ("60 * len(loader)", ", epoch_level=False", []),
        ("60", ", epoch_level=False", ["LR101"]),
    ],
)
def test_the_handler_says_how_often(length: str, level: str, codes: list[str]) -> None:
    report = lint_text(dedent(SCRIPT.format(length=length, level=level)))
    assert [one.code for one in report.diagnostics] == codes
