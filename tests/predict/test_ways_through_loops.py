"""Loops that draw from an iterator, that count in their test, and the way out of them."""

from __future__ import annotations

import pytest

from .one_decay import steps

LOADER = "loader = torch.utils.data.DataLoader(range(7), batch_size=2)\nit = iter(loader)\n"


@pytest.mark.parametrize(
    ("code", "count"),
    [
        # Nothing is left to draw long before the limit.
        (
            LOADER + "seen = 0\nwhile (x := next(it, None)) is not None:\n    update()\n"
            "    seen += 1\n    if seen >= 50: break",
            4,
        ),
        (LOADER + "while (x := next(it, None)) is not None: update()", 4),
        (
            LOADER + "for k in range(3):\n    if k: it = iter(loader)\n"
            "    while (x := next(it, None)) is not None: update()",
            None,
        ),
        (
            "ks = iter(range(9))\nwhile True:\n    try: k = next(ks)\n"
            "    except StopIteration: break\n    update()\n    if k + 1 >= 5: break",
            5,
        ),
        (
            "ks = iter(range(9))\nfor j in range(4):\n    k = next(ks)\n    update()\n"
            "    if k > 1: break",
            None,
        ),
        # How much is left in the list is not followed.
        (
            "queue, seen = [1, 2, 3], 0\nwhile queue:\n    queue.pop()\n    update()\n"
            "    seen += 1\n    if seen >= 50: break",
            None,
        ),
        # The test counts: it is made once per iteration, whatever the end of the body looks like.
        (
            "def go():\n    seen, k = 0, -1\n    while (k := k + 1) < 3:\n"
            "        for j in range(4):\n            update()\n            seen += 1\n"
            "            if seen >= 12: return\ngo()",
            12,
        ),
        (
            "seen, k = 0, 0\nwhile (k := k + 1) < 4:\n    for j in range(4):\n        update()\n"
            "        seen += 1\n        if seen >= 9: break",
            9,
        ),
        # The break comes in an iteration that has begun: it has set the variable.
        (
            "for k in range(1, 30, 3):\n    if k > 5: break\n    adam.step()\n"
            "for j in range(k): decay.step()",
            None,
        ),
        (
            "for k in range(3):\n    if k > 5: break\n    adam.step()\nfor j in range(k): update()",
            2,
        ),
        # What holds the first time it is asked, no measurement decides.
        (
            "new = True\nfor k in range(4):\n    adam.step()\n    if new:\n        new = False\n"
            "        continue\n    decay.step()",
            None,
        ),
        (
            "new = True\nfor k in range(4):\n    if new:\n        print(k)\n        new = False\n"
            "    update()",
            4,
        ),
        (
            "best, high = False, 0\nfor k in range(4):\n    update()\n"
            "    best = score(net) > high\n    if best: print(k)",
            4,
        ),
    ],
)
def test_counted_or_open(code: str, count: int | None) -> None:
    assert steps(code) == count


LEAVING = "class Tick:\n    def __enter__(self): return self\n"
LEAVING += "    def __exit__(self, *error): decay.step()\ntick = Tick()\n"


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("try:\n        adam.step()\n        if k == 2: break\n    finally: decay.step()", None),
        ("with tick:\n        adam.step()\n        if k == 2: break", None),
        ("try:\n        if k == 2: continue\n        adam.step()\n    finally: decay.step()", 5),
        ("with tick:\n        if k == 2: continue\n        adam.step()", 5),
        ("try:\n        update()\n        if k == 2: break\n    finally: print(k)", 3),
    ],
)
def test_what_runs_on_the_way_out_of_a_loop(body: str, count: int | None) -> None:
    assert steps(f"{LEAVING}for k in range(5):\n    {body}") == count
