"""Commands of click and typer, which a script starts through their group."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.linter.engine import lint

TRAINING = """
import torch
from torch.optim.lr_scheduler import StepLR

def train(epochs, batches, net):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, epochs // 2)
    for _ in range(epochs):
        for batch in batches:
            net(batch).backward()
            optimizer.step()
            scheduler.step()
"""
COMMAND = "def fit({}):\n    train(epochs, load(), build())\n"
CLICK_OPTION = '@click.option("--epochs", default=12)\n'
TRAIN = "from training import train\n"
CLICK = f"import click\n{TRAIN}@click.group()\ndef program():\n    pass\n"
TYPER = f"import typer\n{TRAIN}program = typer.Typer()\n"


@pytest.mark.parametrize(
    "commands",
    [
        f"{CLICK}@program.command()\n{CLICK_OPTION}{COMMAND.format('epochs')}",
        f"{CLICK}@program.group()\ndef inner(): ...\n"
        f"@inner.command()\n{CLICK_OPTION}{COMMAND.format('epochs')}",
        f"{TYPER}@program.command()\n{COMMAND.format('epochs: int = 12')}",
        f"{TYPER}inner = typer.Typer()\nprogram.add_typer(inner)\n"
        f"@inner.command()\n{COMMAND.format('epochs: int = 12')}",
    ],
    ids=["click", "click, nested", "typer", "typer, nested"],
)
def test_commands_are_entry_points_of_the_script_that_runs_their_group(
    commands: str, tmp_path: Path
) -> None:
    (tmp_path / "training.py").write_text(TRAINING)
    (tmp_path / "commands.py").write_text(commands)
    script = tmp_path / "__main__.py"
    script.write_text("from commands import program\n\nif __name__ == '__main__':\n    program()\n")
    found = [(one.code, Path(one.filename).name) for one in lint([str(script)]).diagnostics]
    assert found == [("LR101", "training.py")]
    script.write_text("from commands import program\n\nif __name__ == '__main__':\n    print()\n")
    assert lint([str(script)]).diagnostics == ()
