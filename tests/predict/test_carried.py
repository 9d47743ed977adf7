"""What one iteration of a loop leaves to the next decides how often a schedule steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

from .one_decay import SETUP, steps

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
        (
            "import os\nn = 0\nif os.path.exists(a):\n    n = load() if b else load()\n"
            + _body("if n > 2: decay.step()\nn += 1"),
            3,
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
        'import os\nmode = "warm"\nif os.path.exists(a): mode = load()\n'
        + _body('if mode == "main": decay.step()\nmode = "main"'),
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


@pytest.mark.parametrize("earlier", ["", "for name in open('names'):\n    print(name)\n"])
def test_settings_that_get_their_value_in_a_loop(earlier: str) -> None:
    options = (
        "import argparse\nparser = argparse.ArgumentParser()\n"
        'parser.add_argument("--beams", type=int)\nparser.add_argument("--width", type=int)\n'
        "args = parser.parse_args()\n"
    )
    late = _body("decay.step()\nif args.beams is None: args.beams = args.width")
    assert steps(options + earlier + late) == 6
    assert steps("import types\nargs = types.SimpleNamespace(beams=None, width=3)\n" + late) == 6
    decides = _body("if args.beams is not None: decay.step()\nargs.beams = 4")
    assert steps(options + earlier + decides) is None


def test_an_update_that_accelerate_leaves_out_is_an_exception() -> None:
    accelerate = "import accelerate\naccelerator = accelerate.Accelerator()\n"
    assert steps(accelerate + _body("if not accelerator.optimizer_step_was_skipped: decay.step()"))


@pytest.mark.parametrize("sums", ["[0 for _ in range(2)]", "[0] * 2", "[0, 0]"])
def test_a_list_that_each_iteration_builds_anew(sums: str) -> None:
    measure = (
        f"def measure(batches):\n    sums = {sums}\n    for batch in batches:\n"
        "        sums[0] = sums[0] + batch.item()\n    return sums[0]\n"
    )
    assert steps(measure + _body("measure(open('losses'))\ndecay.step()")) == 6


def test_settings_within_settings_that_a_loop_counts_in() -> None:
    settings = 'from omegaconf import OmegaConf\nc = OmegaConf.create({"run": {"at": 0}})\n'
    assert steps(settings + _body("c.run.at += 1\nif c.run.at > 2: decay.step()")) == 4


def test_apex_steps_nothing() -> None:
    scaled = (
        "from apex import amp\nnet, adam = amp.initialize(net, adam)\n"
        "for k in range(6):\n    with amp.scale_loss(loss, adam) as scaled: scaled.backward()\n"
        "    torch.nn.utils.clip_grad_norm_(amp.master_params(adam), 1.0)\n    update()\n"
    )
    assert steps(scaled) == 6


def test_partial_of_a_method() -> None:
    assert steps("from functools import partial\ngo = partial(decay.step)\ngo()\ngo()") == 2


def test_patterns_of_classes() -> None:
    code = (
        "match decay:\n    case torch.optim.lr_scheduler.ReduceLROnPlateau():\n        pass\n"
        "    case None:\n        pass\n    case _:\n        decay.step()"
    )
    assert steps(code) == 1


def test_a_counter_of_a_closure_that_another_module_calls(tmp_path: Path) -> None:
    (tmp_path / "passes.py").write_text(
        "def one_pass(batches, optimizer, tick):\n"
        "    for batch in batches:\n        optimizer.step()\n        tick()\n"
    )
    script = tmp_path / "main.py"
    script.write_text(
        "from passes import one_pass\n"
        + SETUP
        + "def every_third(schedule):\n    seen = 0\n    def tick():\n        nonlocal seen\n"
        "        seen += 1\n        if seen % 3 == 0: schedule.step()\n    return tick\n"
        "tick = every_third(decay)\nfor lap in range(5):\n    one_pass(range(4), adam, tick)\n"
    )
    (schedule,) = forecast(load(script)).schedules
    assert schedule.prediction.steps == 6
    assert schedule.prediction.lr is not None
    (rates,) = schedule.prediction.lr
    assert rates == pytest.approx([0.01 * 0.9 ** (step // 3) for step in range(20)])


def test_a_list_that_a_function_empties_is_open() -> None:
    left = "def drop(left, k):\n    if left and left[-1] == k:\n        left.pop()\n"
    assert steps(left + "        decay.step()\nleft = [4, 2, 1]\n" + _body("drop(left, k)")) is None
    assert steps("left = [1, 3]\n" + _body("if k in left: decay.step()")) == 2
    seen = "def note(k):\n    seen.append(k)\n    decay.step()\nseen = []\n"
    assert steps(seen + _body("note(k)\nprint(len(seen))")) == 6


def test_a_counter_that_nothing_reads_leaves_nothing_open() -> None:
    assert steps(
        "n = 0\nfor lap in range(3):\n    for k in range(5):\n"
        "        if (k + 1) % 2 == 0 or k + 1 == 5:\n            update()\n            n += 1\n"
    ) == 9  # fmt: skip


def test_each_of_the_schedulers_that_may_be_missing_is_visited() -> None:
    chosen = "USED = True\nmaybe = decay if USED else None\nboth = [maybe]\n"
    assert steps("def go(all_of_them):\n    for s in all_of_them:\n        s.step()\n"
                 "both = [decay]\n" + _body("go(both)")) == 6  # fmt: skip
    loop = "for s in both:\n    if s is not None:\n        s.step()"
    assert steps(chosen + _body(loop)) == 6


def test_what_a_function_of_the_epoch_reads_may_be_set() -> None:
    code = """
import argparse, torch
parser = argparse.ArgumentParser()
parser.add_argument("--laps", type=int, default=50)
parser.add_argument("--decay", action=argparse.BooleanOptionalAction, default=False)
parser.add_argument("--drops", type=int, nargs="+", default=[7])
args = parser.parse_args({line})
net = torch.nn.Linear(3, 1)
sgd = torch.optim.SGD(net.parameters(), lr=1.0)
def factor(lap):
    return 1 - lap / args.laps if args.decay else 0.5 ** sum(lap >= drop for drop in args.drops)
plan = torch.optim.lr_scheduler.LambdaLR(sgd, factor)
for lap in range(args.laps):
    sgd.step()
    plan.step()
"""
    given = '["--laps", "4", "--decay", "--drops", "1", "2"]'
    source = load(Path("script.py"), data=code.replace("{line}", given).encode())
    (schedule,) = forecast(source).schedules
    assert schedule.prediction.lr == [pytest.approx([1, 0.75, 0.5, 0.25])]
    source = load(Path("script.py"), data=code.replace("{line}", "").encode())
    (schedule,) = forecast(source, overrides={"args.laps": 2, "args.decay": True}).schedules
    assert schedule.prediction.lr == [pytest.approx([1, 0.5])]


def test_a_log_that_a_loop_fills_by_name_leaves_the_schedule_known() -> None:
    code = """
class Log:
    def __init__(self): self.rows = {}
    def add(self, name, value):
        if name not in self.rows: self.rows[name] = []
        self.rows[name].append(value)
log = Log()
""" + _body("log.add('loss', k)\ndecay.step()")
    assert steps(code) == 6
    assert steps(code.replace("decay.step()", "if len(log.rows): decay.step()")) in (None, 6)
    assert steps(code.replace("decay.step()", "if 'lr' in log.rows: decay.step()")) in (None, 0)


AVERAGES = """
class Averages:
    def __init__(self): self.sums, self.count = {}, 0
    def add(self, found):
        self.count += 1
        for name in found:
            if name not in self.sums: self.sums[name] = 0.0
            self.sums[name] += found[name]
        if self.count % 3 == 0:
            print([self.sums[name] / 3 for name in sorted(self.sums)])
            for name in self.sums: self.sums[name] = 0.0
            self.sums = {}
averages = Averages()
"""


def test_sums_that_are_reset_now_and_then_leave_the_schedule_known() -> None:
    code = AVERAGES + _body("averages.add({'loss': measure(k)})\ndecay.step()")
    assert steps(code) == 6
    guarded = "if averages.sums.get('loss', 0) > 1: decay.step()"
    assert steps(code.replace("decay.step()", guarded)) is None
    assert steps(code.replace("decay.step()", "if averages.sums: decay.step()")) is None


@pytest.mark.parametrize("name", ["'n'", "name"])
def test_a_number_that_a_dict_gets_in_the_first_iteration_is_not_that_in_all(name: str) -> None:
    count = "if {} not in seen: seen[{}] = 0\nif seen[{}] > 2: decay.step()\nseen[{}] += 1"
    assert steps("seen = {}\n" + _body(count.replace("{}", name))) in (None, 3)


def test_a_log_of_dicts_that_an_object_gets_in_a_loop_leaves_the_schedule_known() -> None:
    code = """
class Plot:
    def draw(self, found):
        if not hasattr(self, "points"): self.points = {"x": [], "names": list(found)}
        self.points["x"].append([found[name] for name in self.points["names"]])
plot = Plot()
""" + _body("plot.draw({'loss': measure(k)})\ndecay.step()")
    assert steps(code) == 6
    guarded = "if len(plot.points['x']) > 4: decay.step()"
    assert steps(code.replace("decay.step()", guarded)) is None
