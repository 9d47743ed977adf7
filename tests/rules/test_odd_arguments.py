"""Whatever arguments a scheduler is given, also those of another version: the analysis goes on."""

from __future__ import annotations

import pytest

from lrlint.formulas import LAWS
from lrlint.linter.engine import lint_text

MODULES = ("torch.optim.lr_scheduler", "transformers", "timm.scheduler", "torchtune.training")
GIVEN = (
    "",
    "another_name=3",
    "10, t_mul=2.0, decay_rate=0.5, cycle_limit=2, warmup_t=3",
    "None, None, None",
    "'text', ['list'], {}, -1.5, True, None, 7, 7, 7, 7, 7, 7, 7, 7",
    "*unknown, **others",
    "num_warmup_steps=-3, num_training_steps=0, t_initial=0, cycle_limit=0, T_max=0, T_0=0",
    "lr_lambda=[], schedulers=[], milestones=[], total_iters='a', step_size=None, max_lr=[]",
)
SCRIPT = """
from torch.optim import SGD
from {module} import {name}
optimizer = SGD(net.parameters(), lr=0.1)
scheduler = {name}(optimizer, {given})
for epoch in range(10):
    for step, batch in enumerate(loader):
        optimizer.step()
        scheduler.step({argument})
"""


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("given", GIVEN)
def test_no_arguments_end_the_analysis(module: str, given: str) -> None:
    for name in sorted(LAWS):
        for argument in ("", "epoch + 1"):
            script = SCRIPT.format(module=module, name=name, given=given, argument=argument)
            assert lint_text(script, "script.py", pedantic=True).problems == (), script
