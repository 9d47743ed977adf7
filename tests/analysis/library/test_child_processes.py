"""Trainings in child processes: each calls its function once, on copies."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lrlint.linter.engine import lint_text

from .scripts import get, plain, run

WORKER = """
import torch
{imports}
LIMIT = 4
class Settings: pass
settings = Settings()
settings.epochs = 20
def work({parameters}):
    global LIMIT
    LIMIT = 7
    settings.epochs = 30
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, horizon, 0.01)
    loader = torch.utils.data.DataLoader(torch.zeros(80, 1), batch_size=8)
    for epoch in range(20):
        for batch in loader:
            optimizer.step()
            scheduler.step()
def main():
    {start}
if __name__ == "__main__":
    main()
"""

STARTED = {
    "spawn": (
        "import torch.multiprocessing as mp",
        "rank, world, horizon",
        "mp.spawn(work, args=(2, 20), nprocs=2)",
    ),
    "spawn by keyword": (
        "from torch.multiprocessing import spawn",
        "rank, horizon",
        "spawn(fn=work, nprocs=2, args=(20,), join=True)",
    ),
    "a process": (
        "from multiprocessing import Process",
        "rank, horizon",
        "child = Process(target=work, args=(0,), kwargs={'horizon': 20}); child.start()",
    ),
    "a launcher": (
        "from accelerate import notebook_launcher",
        "horizon",
        "notebook_launcher(work, (20,), num_processes=2)",
    ),
}


def script(imports: str, parameters: str, start: str) -> str:
    return WORKER.format(imports=imports, parameters=parameters, start=start)


@pytest.mark.parametrize("how", STARTED.values(), ids=list(STARTED))
def test_the_training_of_a_child_process_is_judged(how: tuple[str, str, str]) -> None:
    (finding,) = lint_text(script(*how)).diagnostics
    assert finding.code == "LR101"
    right = script(*((*how[:2], how[2].replace("20", "200"))))
    assert not lint_text(right).diagnostics


@pytest.mark.parametrize("how", STARTED.values(), ids=list(STARTED))
def test_the_parent_keeps_its_values(how: tuple[str, str, str]) -> None:
    machine = run(script(*how))
    assert plain(get(machine, "LIMIT")) == 4
    assert plain(get(machine, "settings")) == {"epochs": 20}


def test_arguments_that_are_not_known_leave_the_horizon_unknown() -> None:
    code = dedent("""
        import sys
        import torch.multiprocessing as mp
    """)
    start = "mp.spawn(work, args=tuple(sys.argv[1:]), nprocs=2)"
    assert not lint_text(script(code, "rank, horizon", start)).diagnostics
