"""How often a schedule steps: followed exactly, or left open where control flow is not followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

from .one_decay import SETUP, steps


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("a = b = 0\nwhile a < 9 and b < 4:\n    update(); a += 1; b += 2", 2),
        ("for k in range(7):\n    update()\n    if k == 3: sys.exit()\nupdate()", 4),
        ("for k in range(7):\n    update()\n    if k == 3: raise SystemExit", 4),
        ("for k in range(7):\n    update()\n    assert k < 4", 5),
        ("def end():\n    update(); quit()\nend()\nupdate()", 1),
        ("for k in range(4):\n    update()\n    if k > 1:\n        break\nelse:\n    update()", 3),
        ("k = 0\nwhile k < 2:\n    update(); k += 1\nelse:\n    update()", 3),
        (
            "def twice(f):\n    def g():\n        f(); f()\n    return g\n"
            "@twice\ndef go(): update()\ngo()",
            2,
        ),
        ("def unused():\n    update()\nupdate()", 1),
        # Arguments are checked in the loop: an ordinary run passes.
        (
            "def check(h):\n    if len(h) != 2: raise ValueError(h)\n"
            "for k in range(6):\n    update()\n    if k % 2 == 0: check(load(k))",
            6,
        ),
        # A counter of the function around, in two nested loops.
        (
            "def main():\n    n = 0\n    def epoch():\n        nonlocal n\n"
            "        for k in range(3):\n            update()\n            n += 1\n"
            "            if n >= 7: break\n"
            "    for e in range(4):\n        epoch()\n        if n >= 7: break\nmain()",
            7,
        ),
        ("match 'a':\n    case 'a' if False: pass\n    case _: update()", 1),
        ("class C:\n    n = 0\nfor k in range(6):\n    C.n += 1\n    if C.n % 3 == 0: update()", 2),
        (
            "def every(m):\n    n = 0\n    def f():\n        nonlocal n\n        n += 1\n"
            "        if n % m == 0: update()\n    return f\nf = every(3)\nfor k in range(6): f()",
            2,
        ),
    ],
)
def test_followed(code: str, count: int) -> None:
    assert steps(code) == count


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    for k in range(9):\n        update()\n"
        "        if k == 4: raise OSError\nexcept OSError: pass",
        "for k in range(3):\n    try:\n        1 / k\n    except ZeroDivisionError:\n"
        "        update()",
        "with contextlib.suppress(ValueError):\n    update()",
        "def down(n):\n    if n:\n        update(); down(n - 1)\ndown(known())",
        "def passes():\n    for k in range(3):\n        yield k\n        decay.step()\n"
        "for k in passes(): adam.step()",
        "@contextlib.contextmanager\ndef cm():\n    if known(): yield\n    else: yield\n"
        "    decay.step()\nwith cm(): adam.step()",
        "adam.register_step_post_hook(lambda *a: decay.step())\nadam.step()",
        "def hook(*a): decay.step()\nnet.register_forward_hook(hook)\nadam.step()",
        "numbers = iter(range(3))\nfor e in range(2):\n    for k in numbers: update()",
        "for k in range(4):\n    adam.step()\n    if decay.last_epoch < 2: decay.step()",
        "list(map(lambda k: update(), range(2)))",
        "for k in iter(update, None): break",
        "for k in range(4):\n    adam.step()\n    if 0 < k + (decay.step() or 0) < 2: decay.step()",
    ],
)
def test_left_open(code: str) -> None:
    assert steps(code) is None


def test_an_interrupt_by_the_user_changes_nothing() -> None:
    assert steps("with contextlib.suppress(KeyboardInterrupt):\n    update()") == 1
    assert steps("try:\n    update()\nexcept KeyboardInterrupt:\n    pass") == 1


def test_both_are_open_where_a_loop_goes_on_with_another_scheduler() -> None:
    code = """
for k in range(5):
    adam.step()
    decay.step()
    if k == 2:
        decay = torch.optim.lr_scheduler.StepLR(adam, 2)
"""
    source = load(Path("script.py"), data=(SETUP + code).encode())
    first, second = forecast(source).schedules
    assert first.prediction.lr is None
    assert second.prediction.lr is None
    assert "replaced by another" in first.prediction.unresolved[0]


def test_a_context_manager_with_one_yield_is_run() -> None:
    manager = "@contextlib.contextmanager\ndef cm():\n    yield\n    decay.step()\n"
    assert steps(f"{manager}for k in range(3):\n    with cm(): adam.step()") == 3


@pytest.mark.parametrize(
    "body",
    [
        "if k == 1: late = StepLR(adam, 2)\n    else: late.step()",
        "if k == 1: late = StepLR(adam, 2)\n    if k > 1: late.step()",
        "if k == 1: late = StepLR(adam, 2)\n    if late is not None: late.step()",
        "if k % 2 == 0: late = StepLR(adam, 2)\n    late.step()",
        "if late is None: late = StepLR(adam, 2)\n    late.step()",
        "if late is None: late = StepLR(adam, 2)\n    else: late.step()",
        "if not box.late: box.late = StepLR(adam, 2)\n    box.late.step()",
        "if k == 0: box.late = StepLR(adam, 2)\n    elif k > 2: box.late.step()",
    ],
)
def test_open_where_only_some_iterations_build_the_scheduler(body: str) -> None:
    code = (
        "from torch.optim.lr_scheduler import StepLR\n"
        "class Box: late = None\nbox = Box()\nlate = None\n"
        f"for k in range(5):\n    adam.step()\n    {body}"
    )
    source = load(Path("script.py"), data=(SETUP + code).encode())
    late = forecast(source).schedules[-1]
    assert late.prediction.lr is None
    assert "built in some iterations" in late.prediction.unresolved[0]


def test_a_generator_runs_where_its_elements_are_drawn_at_once() -> None:
    assert steps("total = sum(update() or 1 for k in range(6))") == 6
    assert steps("results = list(update() for k in range(6))") == 6
    assert steps("results = (update() for k in range(6))") is None
    assert steps("results = any(update() for k in range(6))") is None


def test_numbers_that_gain_each_other_are_no_counters() -> None:
    assert (
        steps("a = 0; b = 1\nfor k in range(6):\n    a, b = b, a + b\n    if a % 2 == 0: update()")
        == 2
    )
    assert (
        steps("a = b = 0\nfor k in range(9):\n    b += 1; a += b\n    if a % 3 == 0: update()") == 6
    )


def test_keywords_that_only_some_iterations_pass() -> None:
    code = (
        "def go(*, decays=True):\n    adam.step()\n    if decays: decay.step()\n"
        "for k in range(6): go(**({'decays': False} if k == 2 else {}))"
    )
    assert steps(code) is None
    assert steps(code.replace("{})", "{'decays': True})")) == 5


def test_an_end_that_follows_from_numbers_of_the_script_is_not_left_out() -> None:
    code = (
        "best = None\nlosses = [3, 2, 1, 2, 1]\nfor k in range(5):\n    update()\n"
        "    if best is None or losses[k] < best:\n        best = losses[k]\n"
        "    else:\n        break"
    )
    assert steps(code) is None
    assert steps(code.replace("losses[k]", "known()")) == 5  # a measured value ends no plan


_STOP = """
class Stop:
    def __init__(self, patience):
        self.best, self.count, self.patience, self.stopped = None, 0, patience, False
    def __call__(self, score):
        if self.best is None:
            self.best = score
        elif score < self.best + 0.1:
            self.count += 1
            if self.count >= self.patience:
                self.stopped = True
        else:
            self.best, self.count = score, 0
stop, scores = Stop(2), [1, 2, 1, 3, 2, 2]
for k in range(6):
    update()
    stop(scores[k])
    if stop.stopped:
        break
"""


def test_an_end_that_counts_numbers_of_the_script_is_not_left_out() -> None:
    assert steps(_STOP) is None
    assert steps(_STOP.replace("scores[k]", "known()")) == 6  # a measured value ends no plan


def test_a_count_that_numbers_of_the_script_decide_is_not_measured() -> None:
    code = (
        "best, count, losses = None, 0, [3, 2, 1, 2, 1]\nfor k in range(5):\n    update()\n"
        "    if best is None or losses[k] < best:\n        best, count = losses[k], 0\n"
        "    else:\n        count += 1\n    if count >= 2: break"
    )
    assert steps(code) is None
    assert steps(code.replace("losses[k]", "known()")) == 5


@pytest.mark.parametrize(
    "ends",
    [
        "any(flags[: k + 1])",
        "numpy.mean(flags[: k + 1])",
        'str(k).endswith("4")',
        'f"{k}".endswith("4")',
        "math.isclose(k / 4, 1.0)",
        'decay.state_dict()["last_epoch"] > 4',
        "random.random() < 0.5",
    ],
)
def test_an_end_that_no_measurement_decides_is_not_left_out(ends: str) -> None:
    setup = "import math, numpy, random\nflags = [False, True]\n"
    assert steps(f"{setup}for k in range(6):\n    update()\n    if {ends}: break") is None


@pytest.mark.parametrize("ends", ["round(known())", "str(known()) == '4'", "any(known())"])
def test_functions_of_measured_values_are_measured(ends: str) -> None:
    assert steps(f"for k in range(6):\n    update()\n    if {ends}: break") == 6


@pytest.mark.parametrize("test", ["decay.get_last_lr()[0] > 1e-3", "decay.last_epoch < 3"])
def test_a_loop_that_the_schedule_ends_has_no_other_end(test: str) -> None:
    assert steps(f"k = 0\nwhile {test}:\n    update()\n    k += 1\n    if k > 9: break") is None


def test_a_key_that_a_dict_may_lack() -> None:
    code = "ends = {4: True}\nfor k in range(6):\n    update()\n    if ends.get(k): break"
    assert steps(code) is None


def test_what_a_generator_is_sent_may_decide() -> None:
    code = (
        "def gate():\n    on = True\n    while True:\n        on = (yield on) != 2\n"
        "passes = gate()\nnext(passes)\nfor k in range(6):\n    adam.step()\n"
        "    if passes.send(k): decay.step()"
    )
    assert steps(code) is None


def test_what_follows_an_error_of_a_step_that_is_caught() -> None:
    code = (
        "cycle = torch.optim.lr_scheduler.OneCycleLR(adam, 0.1, total_steps=4)\n"
        "for k in range(6):\n    adam.step()\n    try: cycle.step()\n    except ValueError: pass"
    )
    source = load(Path("script.py"), data=(SETUP + code).encode())
    prediction = forecast(source).schedules[-1].prediction
    assert prediction.lr is None
    assert "beyond total_steps" in prediction.unresolved[0]
