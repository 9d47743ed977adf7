"""Scripts that change a schedule in a way that is easily overlooked: followed, or left open."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint import api
from lrlint.predict.forecast import forecast
from lrlint.source import load

from .one_decay import SETUP, steps


def rates(code: str) -> list[float] | None:
    """Return the predicted LRs of the script's schedule; None where something is open."""
    source = load(Path("script.py"), data=(SETUP + code).encode())
    prediction = forecast(source).schedules[0].prediction
    return None if prediction.lr is None else [round(lr, 6) for lr in prediction.lr[0]]


@pytest.mark.parametrize(
    "code",
    [
        "ticks = itertools.count(1)\nfor k in range(9):\n    update()\n"
        "    if next(ticks) > 3: break",
        "class Calm:\n    def __enter__(self): return self\n"
        "    def __exit__(self, kind, value, tb): return kind is OSError\n"
        "for k in range(4):\n    with Calm():\n        adam.step()\n"
        "        if k == 2: raise OSError\n        decay.step()",
        "@contextlib.contextmanager\ndef calm():\n    try:\n        yield\n"
        "    except ZeroDivisionError:\n        pass\n"
        "for k in range(4):\n    with calm():\n        1 / (k - 1)\n        update()",
        "@functools.singledispatch\ndef advance(s): raise TypeError\n"
        "@advance.register\ndef _(s: torch.optim.lr_scheduler.LRScheduler): s.step()\n"
        "for k in range(3):\n    adam.step()\n    advance(decay)",
        "@functools.cache\ndef fall(): return torch.optim.lr_scheduler.StepLR(adam, 2)\n"
        "for k in range(5):\n    update()\n    fall().step()",
        "def shrink(opt, args, kwargs):\n    opt.param_groups[0]['lr'] *= 0.5\n"
        "adam.register_step_pre_hook(shrink)\nfor k in range(3): update()",
        "import copy\na, d = copy.deepcopy((adam, decay))\nupdate()\na.step()\nd.step()",
        "update()\ndecay = mystery()\nadam.step()\ndecay.step()",
        "n = 2\nexec('n = 3')\nfor k in range(n): update()",
        "n = 2\nfor key in names: globals()[key] = 5\nfor k in range(n): update()",
        "batches = map(str, loader)\nfor e in range(2):\n    for b in batches: update()",
        "decay.base_lrs[0] = 1.0\nupdate()\nupdate()",
        "def go(n):\n    if n > 0:\n        update()\n        go(n - 1)\ngo(70)",
        "seen = {1, 2}\nseen.add(size_of(net))\nfor k in seen: update()",
        "for k in {size_of(net), size_of(adam)}: update()",
        "it = iter([net, net, net])\nfor k in range(2): next(it)\nfor x in it: update()",
        "decay.__dict__.update(gamma=0.5)\nupdate()\nupdate()",
        "torch.optim.lr_scheduler.ExponentialLR.get_lr = lambda s: [0.5]\nupdate()\nupdate()",
        "it = iter(loader)\nfor k in range(9):\n    try: x = next(it)\n"
        "    except StopIteration: break\n    update()",
        "tries = 0\ndef go():\n    global tries\n    tries += 1\n    update()\n"
        "    if tries % 2: raise OSError\nfor k in range(4):\n    try: go()\n"
        "    except OSError: pass",
        "bad = [True, False, True]\nfor k in range(3):\n    try:\n"
        "        if bad[k]: raise OSError\n        update()\n    except OSError: continue",
        "groups = [g for g in sorted(adam.param_groups, key=size_of)]\ngroups[0]['lr'] = 1.0\n"
        "update()",
        "sizes = [1]\nfor k in range(3):\n    sizes.append(sum(sizes))\n"
        "    for j in range(sizes[-1]): update()",
        "for k in range(3):\n    adam.step()\n"
        "    for d in [decay] * 2 if k % 2 else [decay]: d.step()",
        # What the consumer changes between two elements decides how many follow.
        "class Box: n = 2\ndef stream():\n    for k in range(3):\n"
        "        for j in range(Box.n): yield j\nfor j in stream():\n    update()\n    Box.n = 1",
        "if settings.short:\n    rounds = 3\nfor k in range(5):\n    update()\n"
        "    if settings.dry: break",
    ],
)
def test_left_open(code: str) -> None:
    assert rates("import functools, itertools\n" + code) is None


@pytest.mark.parametrize(
    ("code", "count"),
    [
        (
            "class Run:\n    done, n = False, 0\nrun = Run()\nwhile not run.done:\n"
            "    for k in range(3):\n        update(); run.n += 1\n"
            "        if run.n == 7:\n            run.done = True\n            break",
            7,
        ),
        ("import itertools\nfor k, m in itertools.product(range(2), range(4)): update()", 8),
        (
            "for k in range(6):\n    a, b = divmod(k, 3)\n    adam.step()\n"
            "    if b == 2: decay.step()",
            2,
        ),
        ("xs = [1]\nys = xs\nxs += [2, 3]\nfor k in ys: update()", 3),
        ("for a, b in zip((net, net), (1, 2)): update()", 2),
        ("def go(n):\n    if n > 0:\n        update()\n        go(n - 1)\ngo(7)", 7),
        ("it = iter([net, net, net])\nnext(it)\nfor x in it: update()", 2),
        ("for x in itertools.pairwise((2, 4, 8)): update()", 2),
        ("for x in itertools.zip_longest((1, 2), range(4)): update()", 4),
        ("for x in itertools.chain.from_iterable(itertools.repeat((1, 2), 3)): update()", 6),
        ("*_, n = itertools.accumulate([1, 2, 1])\nfor k in range(n): update()", 4),
        ("for k in [1, 2, 3, 4, 5][::-2]: update()", 3),
        ("for k in {2, 2, 3}: update()", 2),
        ("for k in {n % 2 for n in range(4)}: update()", 2),
        ("for k in range(~-4): update()", 3),
        # A measured value may end it; it runs its course.
        (
            "bad = 0\nfor k in range(6):\n    update()\n    if evaluate(net) > 1: bad += 1\n"
            "    if bad > 4: break",
            6,
        ),
        (
            "import sys\nsetattr(sys.modules[__name__], 'n', 4)\nn = 1 if False else n\n"
            "for k in range(n): update()",
            4,
        ),
        (
            "x = torch.utils.data.DataLoader(range(9), batch_size=2)\n"
            "for k in range(2):\n    it = iter(x)\n    while True:\n"
            "        try: b = next(it)\n        except StopIteration: break\n        update()",
            10,
        ),
        (
            "table = {}\ndef entry(cls):\n    table[cls.__name__.lower()] = cls\n    return cls\n"
            "@entry\nclass Short: rounds = 3\n@entry\nclass Long: rounds = 8\n"
            "for k in range(table['short'].rounds): update()",
            3,
        ),
        (
            "class First:\n    def start(self):\n"
            "        sgd = torch.optim.SGD(net.parameters(), 1)\n"
            "        torch.optim.lr_scheduler.StepLR(sgd, 2).step()\n"
            "class Second(First):\n    def start(self): update()\nSecond().start()",
            1,
        ),
        (
            "small, big = (torch.utils.data.DataLoader(range(n)) for n in (2, 5))\n"
            "for part in [small, big]:\n    for x in part: update()",
            7,
        ),
        ("for a, b in itertools.product(['x', 'y'], [1, 3]):\n    for k in range(b): update()", 8),
        ("n = int('n=4'.removeprefix('n='))\nfor k in range(n): update()", 4),
        *(
            (
                "seen = 0\ndef fit():\n    global seen\n    for k in range(5):\n"
                "        update()\n        for j in range(4):\n            seen += 1\n"
                f"            if seen > 8: {end}",
                3,
            )
            # In the inner loop, nothing steps.
            for end in ("return\nfit()", "break\n        if seen > 8: break\nfit()")
        ),
        ("for k in range(4):\n    for j in range({1: 2, 3: 5}.get(k, 0)): update()", 7),
        (
            "x = torch.utils.data.DataLoader(range(5), batch_size=2)\ndef stream(n):\n"
            "    for k in range(n):\n        print(k)\n        for b in enumerate(x): yield k, b\n"
            "for k, b in stream(3): update()",
            9,
        ),
        (
            "def go(opt, sched, seen):\n    for k in range(3):\n        opt.step()\n"
            "        seen.setdefault('n', 0)\n        seen['n'] += 1\n        sched.step()\n"
            "def main():\n    given = dict(opt=adam, sched=decay, seen={})\n"
            "    for e in range(2): go(**given)\nmain()",
            6,
        ),
        ("xs = list(range(7))\nfor k in range(0, 7, 3):\n    for x in xs[k:k + 3]: update()", 7),
        ("match ['go', 3, 5]:\n    case ['go', *ks]:\n        for k in ks: update()", 2),
        (
            "match {'kind': 'a', 'n': 3}:\n    case {'kind': 'b'}: pass\n"
            "    case {'kind': 'a', **rest}:\n        for k in range(rest['n']): update()",
            3,
        ),
        (
            "import dataclasses\n@dataclasses.dataclass\nclass P:\n    n: int\n    m: int = 2\n"
            "match P(3):\n    case P(n=4): pass\n    case P(a, m=b) if a > b:\n"
            "        for k in range(a): update()",
            3,
        ),
        ("match 3:\n    case str(): pass\n    case int(k) | float(k):\n        update()", 1),
        (
            "import argparse\np = argparse.ArgumentParser()\n"
            "p.add_argument('--n', type=int, default=9)\n"
            "a, _ = p.parse_known_args('--other --n 3'.split())\nfor k in range(a.n): update()",
            3,
        ),
        (
            "import argparse\np = argparse.ArgumentParser()\n"
            "p.add_argument('--n', type=int, default=9)\n"
            "a = p.parse_args([], argparse.Namespace(n=2))\nfor k in range(a.n): update()",
            2,
        ),
    ],
)
def test_followed(code: str, count: int) -> None:
    assert steps("import itertools\n" + code) == count


def test_all_ways_to_write_a_param_group() -> None:
    assert rates("only, = adam.param_groups\nupdate()\nonly['lr'] = 0.5\nupdate()") == [0.01, 0.5]
    assert rates("adam.param_groups[0].__setitem__('lr', 0.5)\nupdate()") == [0.5]


@pytest.mark.parametrize(
    "loop",
    [
        # The second goes on where the first has stopped.
        "def build():\n    o = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "    return o, torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=8, eta_min=1e-3)\n"
        "o, s = build()\nfor e in range(4):\n    o.step(); s.step()\n"
        "torch.save([o.state_dict(), s.state_dict()], 'c.pt')\no, s = build()\n"
        "a, b = torch.load('c.pt')\no.load_state_dict(a)\ns.load_state_dict(b)\n"
        "for e in range(4, 8):\n    o.step(); s.step()\n"
        "for e in range(2):\n    sgd.step(); cos.step()",
        # Only the attribute that replaces T_max says how long the cosine is.
        "cos.T_max = 4\nfor e in range(4):\n    for x in loader: sgd.step()\n    cos.step()",
        # Each call steps at most once, so the loop around the attempt is not one over batches.
        "def attempt():\n    for k in range(3):\n        try:\n            sgd.step()\n"
        "            if len(tries) < 1:\n                tries.append(1)\n"
        "                raise OSError\n            cos.step()\n            return\n"
        "        except OSError:\n            continue\ntries = []\n"
        "for e in range(2):\n    attempt()",
        "def tick(seen=[0]):\n    seen[0] += 1\n    if seen[0] % len(loader) == 0: cos.step()\n"
        "for e in range(2):\n    for x in loader:\n        sgd.step()\n        tick()",
        "it = iter(loader)\nfor k in range(2 * len(loader)):\n    x = next(it, None)\n"
        "    if x is None:\n        it = iter(loader)\n        cos.step()\n    sgd.step()",
    ],
)
def test_nothing_to_report(tmp_path: Path, loop: str) -> None:
    script = (
        "import torch\nnet = torch.nn.Linear(1, 1)\n"
        "loader = torch.utils.data.DataLoader(range(12), batch_size=3)\n"
        "sgd = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "cos = torch.optim.lr_scheduler.CosineAnnealingLR(sgd, T_max=2, eta_min=1e-3)\n"
    )
    file = tmp_path / "script.py"
    file.write_text(script + loop)
    assert api.lint(file, isolated=True) == []


def test_nothing_but_steps_raises_nothing_that_a_context_could_end() -> None:
    calm = "class Calm:\n    def __enter__(self): return self\n"
    calm += "    def __exit__(self, kind, value, tb): return kind is OSError\n"
    loop = "for k in range(4):\n    adam.step()\n    with Calm():\n"
    assert steps(f"{calm}{loop}        decay.step()") == 4
    assert steps(f"{calm}{loop}        open('log')\n        decay.step()") is None
