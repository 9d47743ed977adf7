"""What only a younger Python reads is linted and fixed like anything else."""

from __future__ import annotations

import ast
import sys

import pytest

from lrlint.engine import lint_text
from lrlint.fix import Location, apply_edits

SCRIPT = """\
import torch

type Loader = list[int]


class Model[*Ts]: ...


def train[T: Model](model: T, optimizer, loader: Loader):
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=(100), eta_min=1e-6)
    for epoch in range(90):
        for é in loader:
            optimizer.step()
        scheduler.step()
    print(f"{"ü"} {f"{"x"}"}")
"""


def test_findings_and_fixes() -> None:
    (found,) = lint_text(SCRIPT).diagnostics
    assert found.code == "LR201"
    assert found.location == Location(10, 78)
    assert found.fix is not None
    fixed = apply_edits(SCRIPT, found.fix.edits)
    assert fixed == SCRIPT.replace("T_max=(100)", "T_max=(90)")
    assert lint_text(fixed).diagnostics == ()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="its own parser reads this")
def test_this_python_does_not_read_it() -> None:
    with pytest.raises(SyntaxError):
        ast.parse(SCRIPT)
