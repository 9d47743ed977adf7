"""Put something that no analyser sees through in the place of one call of ``step()``.

``mutated(seed)`` is the script of the seed, with one such change. Some ways step, some do not, some
step twice; the helper package that they use exists for torch only.
"""

from __future__ import annotations

import ast
import random
import re
from dataclasses import replace

from .case import Case
from .generate import generate
from .text import Lines, block

KIT = '''"""Helpers that lrlint does not see."""

NAME = "step"


class Failure(Exception):
    pass


class Holder:
    held = []

    def __init__(self, *objects):
        self.objects = objects

    def run(self):
        for thing in self.objects:
            thing.step()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.run()

    def __iter__(self):
        self.run()
        return iter(())

    def __call__(self, *args):
        self.run()


class Quiet(Holder):
    def run(self):
        pass


def advance(*things):
    for thing in things:
        thing.step()


def advance_all(names):
    for name, thing in list(names.items()):
        if "sched" in name and hasattr(thing, "step"):
            thing.step()


def inspect(*things):
    return [type(thing).__name__ for thing in things]


def call(function):
    return function()


def call_twice(function):
    function()
    return function()


def never(function):
    return None


def yes():
    return True


def no():
    return False


def twice():
    return range(2)


def fail():
    raise Failure


def same(function):
    return function


def dropped(function):
    return lambda *args, **kwargs: None


def doubled(function):
    def double(*args, **kwargs):
        function(*args, **kwargs)
        return function(*args, **kwargs)

    return double


def remember(thing):
    Holder.held.append(thing)


def tick():
    while Holder.held:
        Holder.held.pop().step()


def divide(thing):
    for group in getattr(thing, "optimizer", thing).param_groups:
        group["lr"] /= 2
'''

THREAD = 'thread = __import__("threading").Thread(target=lambda: R.step())'
SIGNAL = '__import__("signal")'

R = re.compile(r"\bR\b")

INSTEAD: list[str | Lines] = [
    *(f"trainkit.{name}(R)" for name in ("advance", "inspect", "same", "remember", "divide")),
    *(f"trainkit.{name}(R.step)" for name in ("call", "call_twice", "never", "same", "dropped")),
    *(f"trainkit.{name}(lambda: R.step())" for name in ("call", "call_twice", "never")),
    *(f"trainkit.{name}(R.step)()" for name in ("same", "dropped", "doubled")),
    "trainkit.Holder(R).run()",
    "trainkit.Quiet(R).run()",
    "trainkit.Holder(R)()",
    "trainkit.Holder(R)",
    "trainkit.advance(*[R])",
    "trainkit.advance(x := R)",
    "trainkit.advance_all(locals())",
    "trainkit.advance_all(vars())",
    'trainkit.advance_all({"sched": R})',
    "trainkit.advance_all(dict(sched=R))",
    'getattr(R, "st" + "ep")()',
    "getattr(R, trainkit.NAME)()",
    'getattr(R, "step", None)()',
    'R.__getattribute__("step")()',
    "type(R).step(R)",
    "R.__class__.step(R)",
    '__import__("functools").partial(R.step)()',
    '__import__("functools").partial(trainkit.advance, R)()',
    '__import__("functools").reduce(lambda a, s: s.step(), [R, R], None)',
    '__import__("operator").methodcaller("step")(R)',
    '__import__("operator").attrgetter("step")(R)()',
    '__import__("trainkit").advance(R)',
    '__import__("importlib").import_module("train" + "kit").advance(R)',
    '__import__("sys").modules["trainkit"].advance(R)',
    '__import__("types").MethodType(type(R).step, R)()',
    '__import__("copy").copy(R).step()',
    '__import__("contextlib").ExitStack().__enter__().callback(lambda: R.step())',
    'exec("R.step()")',
    'exec("R.step(); R.step()")',
    'exec("pass")',
    'eval("R.step()")',
    'exec(compile("R.step()", "/oracle/made.py", "exec"))',
    "(lambda s=R: s.step())()",
    "(lambda *s: s[0].step())(R)",
    "lambda: R.step()",
    "(R.step() for _ in range(2))",
    "any(R.step() for _ in range(2))",
    "all(R.step() is None for _ in range(2))",
    "[R.step() for _ in trainkit.twice()]",
    "[R.step() for _ in range(2) if trainkit.no()]",
    "{i: R.step() for i in range(2)}",
    "map(lambda s: s.step(), [R])",
    "list(map(lambda s: s.step(), [R]))",
    "list(filter(lambda s: s.step(), [R]))",
    "sorted([2, 1], key=lambda x: R.step() or x)",
    "max([2, 1], key=lambda x: R.step() or x)",
    "trainkit.yes() and R.step()",
    "trainkit.no() and R.step()",
    "trainkit.yes() or R.step()",
    "R.step() if trainkit.yes() else None",
    "R.step() if trainkit.no() else None",
    'print(f"{R.step()}")',
    "_ = [R.step(), R.step()]",
    "print(R.step(), R.step())",
    "*_, = (R.step(),)",
    "setattr(R, 'spare', R.step) or R.spare()",
    "next(iter([R])).step()",
    "[R][-1].step()",
    "(R, None)[trainkit.no()].step()",
    '{"a": R}["a"].step()',
    "min([R], key=id).step()",
    "vars()",
    "R.step and None",
    "R.step.__call__()",
    "R.step.__func__(R)",
    "R.step = trainkit.same(R.step); R.step()",
    "R.step = trainkit.dropped(R.step); R.step()",
    "setattr(R, 'st' 'ep', trainkit.dropped(R.step)); R.step()",
    "trainkit.remember(R); trainkit.tick()",
    f"{THREAD}; thread.start(); thread.join()",
    THREAD,
    f"{SIGNAL}.signal({SIGNAL}.SIGUSR1, lambda *_: R.step()); "
    f"{SIGNAL}.raise_signal({SIGNAL}.SIGUSR1)",
    f"{SIGNAL}.signal({SIGNAL}.SIGUSR1, lambda *_: R.step())",
    block("with trainkit.Holder(R):", ["pass"]),
    block("with trainkit.Quiet(R):", ["R.step()"]),
    block("with trainkit.Holder(R) as holder, trainkit.Quiet():", ["holder.run()"]),
    block("for _ in trainkit.twice():", ["R.step()"]),
    block("for _ in trainkit.Holder(R):", ["R.step()"]),
    block("if trainkit.yes():", ["R.step()"]),
    block("if trainkit.no():", ["R.step()"]),
    [*block("if trainkit.no():", ["R.step()"]), *block("else:", ["trainkit.advance(R)"])],
    block("while trainkit.no():", ["R.step()"]),
    block("while trainkit.yes():", ["R.step()", "break"]),
    [*block("try:", ["trainkit.fail()"]), *block("except trainkit.Failure:", ["R.step()"])],
    [*block("try:", ["trainkit.fail()"]), *block("except Exception:", ["R.step()"])],
    [*block("try:", ["trainkit.yes()"]), *block("finally:", ["R.step()"])],
    [*block("def again(n):", [*block("if n:", ["R.step()", "again(n - 1)"])]), "again(2)"],
    [*block("def again(n):", [*block("if n:", ["R.step()", "again(n - 1)"])]), "again(0)"],
    ["@trainkit.same", *block("def advance_it():", ["R.step()"]), "advance_it()"],
    ["@trainkit.dropped", *block("def advance_it():", ["R.step()"]), "advance_it()"],
    ["@trainkit.doubled", *block("def advance_it():", ["R.step()"]), "advance_it()"],
    ["@trainkit.call", *block("def advanced():", ["R.step()"])],
    ["@trainkit.never", *block("def advanced():", ["R.step()"])],
    block("def advance_it():", ["R.step()"]),
    [*block("def advance_it(s=R):", ["s.step()"]), "advance_it()"],
    [*block("def steps():", ["R.step()", "yield 1"]), "steps()"],
    [*block("def steps():", ["R.step()", "yield 1", "R.step()"]), "next(steps())"],
    [*block("def steps():", ["R.step()", "yield 1", "R.step()"]), "list(steps())"],
    [*block("async def steps():", ["R.step()"]), '__import__("asyncio").run(steps())'],
    [*block("class Local:", block("def __call__(self):", ["R.step()"])), "Local()()"],
    [*block("class Local:", block("def __del__(self):", ["R.step()"])), "Local()", ""],
    [
        *block("class Local:", block("def __bool__(self):", ["R.step()", "return False"])),
        "not Local()",
    ],
    [*block("class Local:", block("def __len__(self):", ["R.step()", "return 0"])), "len(Local())"],
    [*block("class Local:", block("def __getattr__(self, n):", ["return R.step"])), "Local().go()"],
    [*block("class Local:", block("def __getitem__(self, n):", ["R.step()"])), "Local()[0]"],
    [
        *block(
            "class Local:",
            [
                *block("def __enter__(self):", ["R.step()"]),
                *block("def __exit__(self, *e):", ["R.step()"]),
            ],
        ),
        *block("with Local():", ["pass"]),
    ],
    [
        *block("class Local:", block("def __iter__(self):", ["R.step()", "yield 1"])),
        *block("for _ in Local():", ["pass"]),
    ],
    [*block("class Local(trainkit.Holder):", ["pass"]), "Local(R).run()"],
    [
        *block(
            "class Local(trainkit.Quiet):", block("def run(self):", ["super().run()", "R.step()"])
        ),
        "Local(R).run()",
    ],
]
"""What may be there for ``R.step()``."""


def _sites(text: str) -> list[tuple[int, str]]:
    """Return the rows with nothing but ``R.step()``, and R."""
    found = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr="step"), args=[])):
                name = ast.unparse(owner)
                if node.lineno == node.end_lineno and ("sched" in name or "opt" in name):
                    found.append((node.lineno, name))
    return found


def mutated(seed: int) -> Case | None:
    """Return the script of a seed with one change; None where there is nothing to change."""
    rng = random.Random(f"lrlint mutation {seed}")
    case = generate(seed)
    sites = [(name, *site) for name, text in case.files.items() for site in _sites(text)]
    if not sites or case.raises is not None:
        return None
    file, row, owner = rng.choice(sites)
    chosen = rng.choice(INSTEAD)
    lines = case.files[file].splitlines()
    line = lines[row - 1]
    if line.strip() != f"{owner}.step()":
        return None
    margin = line[: len(line) - len(line.lstrip())]
    template = [chosen] if isinstance(chosen, str) else chosen
    new = [margin + R.sub(owner, part) if part else part for part in template]
    if rng.random() < 0.25:
        new.append(line)
    text = "\n".join(["import trainkit", *lines[: row - 1], *new, *lines[row:], ""])
    return replace(
        case,
        files={**case.files, file: text},
        stubs={**case.stubs, "trainkit.py": KIT},
        features=case.features | {f"mutation:{template[-1].strip()}"},
        may_abstain=True,
    )


def is_the_only_step(case: Case) -> bool:
    """Whether no statement of the script steps a scheduler besides the change."""
    texts = "\n".join(case.files.values())
    plain = re.search(r"^\s*[\w.]*sched\w*\.step\(", texts, re.MULTILINE)
    return plain is None and len(re.findall(r"sched\w*\.step\b", texts)) <= 1
