"""Python's protocols that change numbers and calls where no statement says so: left open."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint import api
from lrlint.predict.forecast import forecast
from lrlint.source import load

from .one_decay import SETUP
from .test_misleading import rates


@pytest.mark.parametrize(
    "code",
    [
        # What finally does replaces what try has begun.
        "def size():\n    try:\n        return 2\n    finally:\n        return size_of(net)\n"
        "for k in range(size()): update()",
        "for k in range(5):\n    try:\n        update()\n        if k == 2: raise OSError\n"
        "    finally:\n        continue",
        # The test of a loop runs once more than its body.
        "n = 0\ndef more():\n    global n\n    n += 1\n    update()\n    return n < 4\n"
        "while more(): pass",
        "n = 0\nwhile n < 3 and not adam.step():\n    n += 1\n    decay.step()",
        "async def go(): update()\nlater = go()",
        "@functools.cache\ndef once(k): update()\nfor k in range(6): once(k % 3)",
        "class Run:\n    @functools.cache\n    def once(self): update()\n"
        "r = Run()\nr.once()\nr.once()",
        "n = 2\ndel n\nfor k in range(n): update()",
        "left = {1: 'a', 2: 'b'}\nfor k in shuffled(2): left.pop(k)\nfor k in left: update()",
        "x = 0.0\nwhile x < 1.0:\n    update()\n    x += 0.1",
        # Classes.
        "class Half:\n    def __get__(self, run, kind=None): return run.full // 2\n"
        "    def __set__(self, run, n): run.full = n\n"
        "class Run:\n    n = Half()\n    def __init__(self): self.n = 8\n"
        "for k in range(Run().n): update()",
        "class Run:\n    n = 2\n    def __getattribute__(self, name): return 5\n"
        "for k in range(Run().n): update()",
        "class Run:\n    def __setattr__(self, name, n): self.__dict__[name] = n * 2\n"
        "run = Run()\nrun.n = 2\nfor k in range(run.n): update()",
        "class Run:\n    n = 2\n    def __init_subclass__(cls): cls.n += 1\n"
        "class Fast(Run): pass\nfor k in range(Fast.n): update()",
        "class Kind(type):\n    def __init__(cls, *rest): setattr(cls, 'n', 5)\n"
        "class Run(metaclass=Kind):\n    n = 2\nfor k in range(Run.n): update()",
        "class Kind(type):\n    first = None\n    def __call__(cls, n):\n"
        "        if Kind.first is None: Kind.first = super().__call__(n)\n"
        "        return Kind.first\n"
        "class Run(metaclass=Kind):\n    def __init__(self, n): self.n = n\n"
        "Run(2)\nfor k in range(Run(7).n): update()",
        # Handlers that code out of sight calls.
        "quit_soon = False\ndef note():\n    global quit_soon\n    quit_soon = True\n"
        "watch.register(note)\nfor k in range(4):\n    update()\n    if quit_soon: break",
        # Optimizers and schedulers.
        "factors = decay.base_lrs\nfactors[0] = 1.0\nupdate()\nupdate()",
        "S = torch.optim.lr_scheduler\n"
        "both = S.SequentialLR(adam, [S.StepLR(adam, 2), decay], [3])\n"
        "both._schedulers[0].gamma = 0.5\nfor k in range(4):\n    adam.step()\n    both.step()",
        "def loss():\n    decay.step()\n    return 0\nadam.step(loss)\nadam.step(loss)",
        "adam.param_groups.sort(key=str)\nupdate()\nupdate()",
        "adam.defaults['lr'] = 1.0\nadam.add_param_group({'params': [w]})\nupdate()\nupdate()",
    ],
)
def test_left_open(code: str) -> None:
    assert rates("import functools\n" + code) is None


def is_open(code: str) -> bool:
    """Whether the LR of the last schedule is left open."""
    source = load(Path("script.py"), data=(SETUP + code).encode())
    return forecast(source).schedules[-1].prediction.lr is None


@pytest.mark.parametrize("name", ["LBFGS", "SGD"])
def test_only_lbfgs_calls_its_closure_several_times(name: str) -> None:
    code = (
        f"other = torch.optim.{name}(net.parameters(), lr=0.5)\n"
        "fall = torch.optim.lr_scheduler.StepLR(other, 1)\nn = 0\n"
        "def loss():\n    global n\n    n += 1\n    return 0\n"
        "for k in range(3):\n    other.step(loss)\n    if n > 5: fall.step()"
    )
    assert is_open(code) is (name == "LBFGS")


@pytest.mark.parametrize("call", ["mul_(2)", "fill_(1.0)", "item()"])
def test_lr_that_is_a_tensor(call: str) -> None:
    code = (
        "rate = torch.tensor(0.5)\nother = torch.optim.SGD(net.parameters(), lr=rate)\n"
        "fall = torch.optim.lr_scheduler.StepLR(other, 2)\n"
        f"for k in range(3):\n    other.step()\n    fall.step()\n    rate.{call}"
    )
    assert is_open(code) is (call != "item()")


@pytest.mark.parametrize(
    ("code", "count"),
    [
        (
            "def size():\n    try:\n        return 2\n    finally:\n        return 3\n"
            "for k in range(size()): update()",
            3,
        ),
        (
            "def stop(*_):\n    global over\n    over = True\nover = False\n"
            "import signal\nsignal.signal(signal.SIGTERM, stop)\n"
            "for k in range(4):\n    update()\n    if over: break",
            4,
        ),
        (
            "class Plugin:\n    every = []\n"
            "    def __init_subclass__(cls): Plugin.every.append(cls)\n"
            "class Run(Plugin):\n    n = 3\nfor k in range(Run.n): update()",
            3,
        ),
        ("x = 0.0\nwhile x < 3:\n    update()\n    x += 1", 3),
    ],
)
def test_followed(code: str, count: int) -> None:
    lrs = rates(code)
    assert lrs is not None
    assert len(lrs) == count


@pytest.mark.parametrize(
    "code",
    [
        # Registered before what it steps has its name.
        "def ended(): late.step()\nhooks.register(ended)\n"
        "late = torch.optim.lr_scheduler.StepLR(adam, 2)\nfor k in range(3): update()",
        # The last of several that one call builds.
        "tries = []\nfor g in (0.5, 0.9):\n"
        "    tries.append(torch.optim.lr_scheduler.LambdaLR(adam, lambda k, g=g: g ** k))\n"
        "for k in range(3):\n    update()\n    tries[-1].step()",
        # Epochs that go back are no metric.
        "for k in [2, 1, 0]:\n    adam.step()\n    decay.step(k)",
        "adam.defaults['lr'] = 1.0\nadam.add_param_group({'params': [w]})\nupdate()",
    ],
)
def test_nothing_to_report(tmp_path: Path, code: str) -> None:
    path = tmp_path / "train.py"
    path.write_text(SETUP + code)
    findings = api.lint(path, isolated=True)
    assert not [finding for finding in findings if finding.code in ("LR103", "LR106", "LR705")]
