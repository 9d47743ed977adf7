"""Axis ``lambda``: the functions that people give to ``LambdaLR``.

An option returns the expression for ``lr_lambda``; function definitions that go with it are left
in ``draft.schedule_helpers`` (module level) or ``draft.schedule_before`` (where the scheduler is
built, so that they close over its variables).
"""

from __future__ import annotations

from .draft import Draft, option
from .horizons import Horizon, horizon, span
from .text import Lines, block


def _argument(draft: Draft) -> str:
    return draft.pick(["epoch", "step", "step", "t", "it", "current_step", "ep"])


def _warmup(draft: Draft, value: float = 0) -> str:
    number = max(1, min(span(draft), int(value) - 1)) if value else span(draft)
    return draft.number("warmup_iters", number, configured=0.5)


def _horizon(draft: Draft) -> Horizon:
    return horizon(draft)


@option("lambda", 2)
def power(draft: Draft) -> str:
    t = _argument(draft)
    base = draft.number("gamma", draft.pick([0.9, 0.95, 0.65, 0.99]))
    return f"lambda {t}: {base} ** {t}"


@option("lambda", 1)
def staircase(draft: Draft) -> str:
    t = _argument(draft)
    every = span(draft)
    return f"lambda {t}: {draft.pick(['0.5', '0.1', '0.3'])} ** ({t} // {every})"


@option("lambda", 2)
def linear_decay(draft: Draft) -> str:
    t, length = _argument(draft), _horizon(draft)
    return draft.pick(
        [
            f"lambda {t}: 1 - {t} / {length.atom}",
            f"lambda {t}: max(0.0, 1.0 - {t} / {length.atom})",
            f"lambda {t}: 1.0 - max(0, {t} + 1 - {span(draft)}) / float({length.text} + 1)",
        ]
    )


@option("lambda", 1.5)
def poly_decay(draft: Draft) -> str:
    """``(1 - it / max_iter) ** 0.9``, the segmentation habit (clamped: the base stays real)."""
    t, length = _argument(draft), _horizon(draft)
    return f"lambda {t}: max(1 - {t} / {length.atom}, 0) ** 0.9"


@option("lambda", 1.5)
def warmup_conditional(draft: Draft) -> str:
    t, warmup = _argument(draft), _warmup(draft)
    return draft.pick(
        [
            f"lambda {t}: ({t} + 1) / {warmup} if {t} < {warmup} else 1.0",
            f"lambda {t}: min(1.0, ({t} + 1) / {warmup})",
            f"lambda {t}: min(({t} + 1) ** -0.5, ({t} + 1) * {warmup} ** -1.5)",
        ]
    )


@option("lambda", 1.5)
def cosine_lambda(draft: Draft) -> str:
    t, length = _argument(draft), _horizon(draft)
    cosine = draft.pick(["math.cos(math.pi * ", "math.cos(math.pi * ", "np.cos(np.pi * "])
    ratio = draft.pick([f"{t} / {length.atom}", f"min({t}, {length.text}) / {length.atom}"])
    return draft.pick(
        [
            f"lambda {t}: 0.5 * (1 + {cosine}{ratio}))",
            f"lambda {t}: 0.01 + 0.99 * (1 + {cosine}{ratio})) / 2",
        ]
    )


def _nest(draft: Draft, name: str, t: str, body: Lines) -> str:
    """Define the function beside the scheduler (a closure)."""
    draft.schedule_before += [*block(f"def {name}({t}):", body), ""]
    return name


@option("lambda", 2.5)
def named_warmup_cosine(draft: Draft) -> str:
    """The usual warm-up and cosine, as a closure."""
    t, length = _argument(draft), _horizon(draft)
    warmup = _warmup(draft, length.value)
    body = [
        f"if {t} < {warmup}:",
        f"    return {draft.pick([t, f'({t} + 1)', f'float({t})'])} / {warmup}",
        f"progress = ({t} - {warmup}) / max(1, {length.text} - {warmup})",
        draft.pick(
            [
                "return 0.5 * (1.0 + math.cos(math.pi * progress))",
                "return max(0.0, 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress))))",
            ]
        ),
    ]
    return _nest(draft, draft.fresh(draft.pick(["lr_lambda", "warmup_cosine"])), t, body)


@option("lambda", 1.5)
def named_piecewise(draft: Draft) -> str:
    """Plateaus by ``if``/``elif``."""
    t = _argument(draft)
    first = span(draft)
    second = first + draft.pick([1, 2, 4])
    last = draft.pick([["return 0.01"], ["else:", "    return 0.01"]])
    body = [
        f"if {t} < {first}:",
        "    return 1.0",
        f"elif {t} < {second}:",
        "    return 0.1",
        *last,
    ]
    return _nest(draft, draft.fresh(draft.pick(["lr_lambda", "adjust"])), t, body)


@option("lambda", 1)
def named_local_result(draft: Draft) -> str:
    """A function that builds its result in a variable, step by step."""
    t, warmup = _argument(draft), _warmup(draft)
    body = [
        "factor = 1.0",
        f"if {t} < {warmup}:",
        f"    factor *= ({t} + 1) / {warmup}",
        f"if {t} >= {draft.pick([4, 6, 10])}:",
        "    factor *= 0.1",
        "return factor",
    ]
    return _nest(draft, draft.fresh("lr_lambda"), t, body)


@option("lambda", 1.5)
def partial(draft: Draft) -> str:
    """``functools.partial`` of a module-level function."""
    length = _horizon(draft)
    warmup = _warmup(draft, length.value)
    name = draft.fresh("linear_schedule")
    body = [
        "if step < warmup_steps:",
        "    return step / max(1, warmup_steps)",
        "return max(0.0, (total_steps - step) / max(1, total_steps - warmup_steps))",
    ]
    draft.schedule_helpers.append(block(f"def {name}(step, warmup_steps, total_steps):", body))
    function = draft.pick(["partial", "functools.partial"])
    return f"{function}({name}, warmup_steps={warmup}, total_steps={length.text})"


@option("lambda", 1)
def maker(draft: Draft) -> str:
    """A function that returns the function."""
    length = _horizon(draft)
    name = draft.fresh("make_decay")
    inner = block("def decay(step):", ["return max(floor, 1.0 - step / total)"])
    draft.schedule_helpers.append(
        block(f"def {name}(total, floor=0.0):", [*inner, "", "return decay"])
    )
    floor = draft.pick(["", ", floor=0.05", ", 0.1"])
    return f"{name}({length.text}{floor})"


@option("lambda", 0.8)
def callable_object(draft: Draft) -> str:
    """An object with ``__call__``."""
    length = _horizon(draft)
    name = draft.fresh("PolyDecay")
    body = [
        *block(
            "def __init__(self, total, power=2.0):", ["self.total = total", "self.power = power"]
        ),
        "",
        *block(
            "def __call__(self, step):",
            ["return (1 - min(step, self.total) / self.total) ** self.power"],
        ),
    ]
    draft.schedule_helpers.append(block(f"class {name}:", body))
    return f"{name}({length.text}{draft.pick(['', ', power=1.0'])})"


@option("lambda", 0.5)
def constant_one(draft: Draft) -> str:
    return f"lambda {draft.pick(['_', 'epoch'])}: {draft.pick(['1.0', '1', '0.5'])}"
