"""Objects that take each other's place, copies of them, and what runs once or in turns: open."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

from .one_decay import SETUP, steps

OTHER = """
sgd = torch.optim.SGD(net.parameters(), lr=0.1)
fall = torch.optim.lr_scheduler.ExponentialLR(sgd, gamma=0.5)
"""


def opens(code: str) -> list[bool]:
    """Return whether each schedule of a script is left open."""
    found = forecast(load(Path("script.py"), data=(SETUP + code).encode()))
    return [one.prediction.lr is None for one in found.schedules]


@pytest.mark.parametrize(
    "code",
    [
        "now, later = (adam, decay), (sgd, fall)\nfor k in range(5):\n    o, s = now\n"
        "    o.step(); s.step()\n    now, later = later, now",
        "opt, spare = adam, sgd\nfor k in range(5):\n    opt.step()\n    decay.step()\n"
        "    fall.step()\n    opt, spare = spare, opt",
        "class Run: pass\nrun = Run()\nrun.now = decay\nrun.then = fall\nfor k in range(4):\n"
        "    adam.step(); sgd.step(); run.now.step()\n    run.now, run.then = run.then, run.now",
    ],
)
def test_a_loop_that_exchanges_two_of_them(code: str) -> None:
    assert all(opens(OTHER + code))


def test_a_loop_that_takes_the_next_of_several_is_followed() -> None:
    code = "for o, s in ((adam, decay), (sgd, fall)):\n    for k in range(2): o.step(); s.step()"
    assert opens(OTHER + code) == [False, False]


@pytest.mark.parametrize(
    "code",
    [
        "import copy\nsketch = copy.copy(decay)\nfor k in range(3): sketch.step()\nupdate()",
        "import copy\nsame = copy.copy(adam)\nsame.step()\nupdate()",
        "import functools\ncalls = 0\n@functools.lru_cache\ndef nth(name):\n    global calls\n"
        "    calls += 1\n    return calls\nfor k in range(4):\n    adam.step()\n"
        "    if nth('a') < 2: decay.step()",
        "import functools\nbox = [0]\n@functools.cache\ndef first(): return box[0]\n"
        "for k in range(4):\n    box[0] = k\n    if first() == 0: update()",
        "import asyncio\nasync def part(n):\n    for k in range(n):\n        adam.step()\n"
        "        await asyncio.sleep(0)\n        decay.step()\nasync def main():\n"
        "    await asyncio.gather(part(3), part(2))\nasyncio.run(main())",
        "import asyncio\nasync def part(o, s):\n    for k in range(2):\n        o.step()\n"
        "        await asyncio.sleep(0)\n        s.step()\nasync def main():\n"
        "    await asyncio.gather(*[part(adam, decay) for j in range(2)])\nasyncio.run(main())",
        "import asyncio\nasync def part(n):\n    for k in range(n):\n        adam.step()\n"
        "        await asyncio.sleep(0)\n        decay.step()\nasync def main():\n"
        "    async with asyncio.TaskGroup() as group:\n        group.create_task(part(3))\n"
        "        group.create_task(part(2))\nasyncio.run(main())",
        # locals() has what the inner function uses of the outer one.
        "def outer():\n    inside = decay\n    def tick():\n        mystery(locals())\n"
        "        inside.step()\n    return tick\ntick = outer()\nfor k in range(3):\n"
        "    adam.step()\n    tick()",
    ],
)
def test_left_open(code: str) -> None:
    assert steps(code) is None


def test_a_cached_function_without_effects_is_followed() -> None:
    code = "import functools\n@functools.cache\ndef twice(n):\n    m = n * 2\n    return m\n"
    assert steps(f"{code}for k in range(6):\n    if k < twice(2): update()") == 4


def test_what_no_epoch_builds_is_not_predicted() -> None:
    loop = "def go(n):\n    s = decay\n    for k in range(n):\n        adam.step()\n"
    loop += "        if k == 7: s = torch.optim.lr_scheduler.StepLR(adam, 3)\n        s.step()\n"
    found = forecast(load(Path("script.py"), data=f"{SETUP}{loop}go(5)".encode()))
    assert [one.schedule.scheduler for one in found.schedules] == ["ExponentialLR"]
    assert [one.scheduler for one in found.left_out] == ["StepLR"]
