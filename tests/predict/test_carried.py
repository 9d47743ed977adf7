"""What one iteration of a loop leaves to the next decides how often a schedule steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

SETUP = """
import torch
net = torch.nn.Linear(3, 1)
adam = torch.optim.Adam(net.parameters(), lr=0.01)
decay = torch.optim.lr_scheduler.ExponentialLR(adam, gamma=0.9)
def update():
    adam.step()
    decay.step()
"""


def steps(code: str) -> int | None:
    """Return how often the scheduler steps; None where that is left open."""
    source = load(Path("script.py"), data=(SETUP + code).encode())
    (schedule,) = forecast(source).schedules
    assert (schedule.prediction.lr is None) == bool(schedule.prediction.unresolved)
    return None if schedule.prediction.lr is None else schedule.prediction.steps


LOOP = "for k in range(6):\n    adam.step()\n"


def _body(text: str) -> str:
    return LOOP + "".join(f"    {line}\n" for line in text.split("\n"))


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ('n = {"k": 0}\n' + _body('n["k"] = n["k"] + 1\nif n["k"] > 2: decay.step()'), 4),
        (
            "class C:\n    def __init__(self): self.n = 0\n"
            "    def tick(self):\n        self.n = int(self.n + 1)\n"
            "        if self.n > 2: decay.step()\n"
            "c = C()\n" + _body("c.tick()"),
            4,
        ),
        (
            "class C: n = 0\nc = C()\n"
            + _body('setattr(c, "n", c.n + 1)\nif c.n > 2: decay.step()'),
            4,
        ),
        # A flag that ends the loop as soon as it is set is constant in its body.
        ("done = False\n" + _body("if done: break\ndecay.step()\nif k == 2: done = True"), 4),
        ("k, done = 0, False\nwhile not done and k < 9:\n    update(); k += 1\n"
         "    if k >= 4:\n        done = True\n        break", 4),
    ],
)  # fmt: skip
def test_counted(code: str, count: int) -> None:
    assert steps(code) in (count, None)  # right, or open


@pytest.mark.parametrize(
    "code",
    [
        "first = True\n" + _body("if first: first = False\nelse: decay.step()"),
        "last = None\n" + _body("if last is not None: decay.step()\nlast = 3"),
        'mode = "warm"\n' + _body('if mode == "main": decay.step()\nmode = "main"'),
        "class C: pass\nc = C()\nc.on = False\n" + _body("if c.on: decay.step()\nc.on = True"),
        's = {"on": False}\n' + _body('if s["on"]: decay.step()\ns["on"] = True'),
        "seen = {}\n" + _body('if "a" in seen: decay.step()\nseen["a"] = 1'),
        'names = ["a"]\n' + _body('if "b" in names: decay.step()\nnames.append("b")'),
        "def nothing(): pass\nact = nothing\n" + _body("act()\nact = decay.step"),
        "ready = False\ndef tick():\n    global ready\n    if ready: decay.step()\n"
        "    ready = True\n" + _body("tick()"),
        "todo = [3, 2, 1]\nwhile todo:\n    adam.step()\n    if todo.pop() == 2: decay.step()",
        "import functools\n@functools.lru_cache\ndef once(): decay.step()\n" + _body("once()"),
    ],
)
def test_left_open_by_what_is_carried(code: str) -> None:
    assert steps(code) is None


@pytest.mark.parametrize(
    "code",
    [
        'exec("decay.step()")',
        'eval("decay.step()")',
        'getattr(decay, "st" + load())()',
        'decay.__getattribute__("step")()',
        "decay.step.__call__()",
        "max([2, 1], key=lambda k: decay.step() or k)",
        "(decay.step() for k in range(2))",
        "map(lambda s: s.step(), [decay])",
        "import kit\nkit.run(locals())",
        "import kit\n@kit.twice\ndef go(): decay.step()\ngo()",
        "class C:\n    def __len__(self):\n        decay.step()\n        return 1\nlen(C())",
        "import kit\n[decay.step() for k in range(2) if kit.yes()]",
        "next(iter([decay])).step()",
        "import itertools\nbatches = iter([1, 2])\nwhile True:\n    batch = next(batches, None)\n"
        "    if batch is None: break\n    update()",
    ],
)
def test_left_open_by_what_is_not_seen(code: str) -> None:
    assert steps(code) is None


def test_partial_of_a_method() -> None:
    assert steps("from functools import partial\ngo = partial(decay.step)\ngo()\ngo()") == 2


def test_patterns_of_classes() -> None:
    code = (
        "match decay:\n    case torch.optim.lr_scheduler.ReduceLROnPlateau():\n        pass\n"
        "    case None:\n        pass\n    case _:\n        decay.step()"
    )
    assert steps(code) == 1
