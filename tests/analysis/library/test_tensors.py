"""Arrays of which the number of rows is known; calls of torch without effect."""

from __future__ import annotations

import pytest

from lrlint.symbolic import Expr

from .scripts import UNKNOWN, get, run, value_of


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("torch.randn(8, 3)", 8),
        ("torch.zeros((8, 3))", 8),
        ("torch.ones(size=(8,))", 8),
        ("np.random.rand(8)", 8),
        ("torch.zeros()", None),
        ("torch.randint(0, 10, (8, 2))", 8),
        ("torch.randint(0, 10, size=(8,))", 8),
        ("np.random.normal(0, 1, 8)", None),
        ("torch.arange(8)", 8),
        ("torch.arange(2, 8)", 6),
        ("torch.arange(2, 8, 2)", None),
        ("torch.linspace(0, 1, 8)", 8),
        ("torch.linspace(0, 1, steps=8)", 8),
        ("np.linspace(0, 1, num=8)", 8),
        ("torch.tensor([1, 2, 3])", 3),
        ("torch.sin(torch.zeros(8))", 8),
        ("np.asarray([1, 2])", 2),
        ("torch.nn.functional.relu(torch.zeros(8))", 8),
        ("torch.randperm(8)", 8),
        ("np.random.default_rng(3).normal(size=(8, 2))", 8),
        ("np.random.default_rng(3).standard_normal((8, 2))", 8),
        ("np.random.RandomState(0).randn(8, 2).astype(np.float32)", 8),
        ("np.random.default_rng(3).uniform(0, 1, 8)", 8),
        ("torch.randn(8, 3).argmax(1)", 8),
        ("torch.randn(8, 3).sum(dim=1, keepdim=True)", 8),
        ("torch.randn(8, 3).mean(axis=0)", None),
    ],
)
def test_rows(code: str, rows: int | None) -> None:
    assert value_of(code, "import numpy as np\nimport torch") == ("Sized", rows)


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("torch.tensor(0.1).item()", 0.1),
        ("torch.tensor(0.1, dtype=torch.float64)", 0.1),
        ("torch.tensor(batch)", UNKNOWN),
    ],
)
def test_a_scalar_tensor_is_its_number(code: str, result: object) -> None:
    assert value_of(code, "import torch") == result


def test_a_number_of_the_device_has_a_name() -> None:
    code = "range(torch.cuda.device_count())"
    assert value_of(code, "import torch") == ("Stream", "torch.cuda.device_count()")


@pytest.mark.parametrize("context", ["torch.no_grad", "torch.inference_mode", "other.no_grad"])
def test_a_loop_without_gradients(context: str) -> None:
    machine = run(
        f"import torch\nimport other\nscheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)\n"
        f"with {context}():\n    for x in loader:\n        scheduler.step()\n"
    )
    assert get(machine, "scheduler")
    (loop,) = [node for node in machine.trace if hasattr(node, "loop")]
    assert loop.loop.without_gradients


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("grid[:, 0] > 0.5", ("Sized", 8)),
        ("(grid[2:, 0] > 0.5).long()", ("Sized", 6)),
        ("grid.sum(1) == 0", ("Sized", 8)),
        ("grid.numel()", 24),
        ("(grid[:, 1] <= 0).long().numel()", 8),
        ("grid[1:].numel()", 21),
        ("grid[:, :2].numel()", UNKNOWN),
        ("other.numel()", UNKNOWN),
    ],
)
def test_elements_of_a_named_array(code: str, rows: object) -> None:
    before = "import torch\ngrid = torch.rand(8, 3)\nother = torch.tensor([1, 2])"
    assert value_of(code, before) == rows


def test_a_comparison_of_a_call_runs_once() -> None:
    """A call in a comparison may step something; it is not evaluated twice."""
    assert get(
        run("calls = []\ndef f():\n    calls.append(1)\n    return 2\nbig = f() > 1"), "calls"
    ).items == [Expr.const(1)]


@pytest.mark.parametrize(("count", "is_known"), [(2, True), (60, False)])
def test_arrays_with_many_alternatives_are_not_joined_one_by_one(
    count: int, is_known: bool
) -> None:
    parts = ", ".join(f"torch.zeros(1) if flags[{i}] else torch.zeros(2)" for i in range(count))
    joined = value_of(f"torch.cat([{parts}])", "import torch")
    assert (joined != ("Sized", None)) is is_known
