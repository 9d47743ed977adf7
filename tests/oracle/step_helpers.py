"""Axis ``step-form``, continued: the script's own helpers around ``scheduler.step()``.

A helper is a closure, an object, a decorator, a context manager, a container. What binds it to
the scheduler is wiring (``WIRING``), named by what the script needs.
"""

from __future__ import annotations

from .draft import Draft, option
from .step_forms import STEP, plain_only
from .text import Lines, block

WIRING: dict[str, Lines] = {
    "scheduler-list": ["schedulers = [scheduler]"],
    "scheduler-dictionary": ['schedulers = {"main": scheduler}'],
    "state-dictionary": ['state = {"optimizer": optimizer, "scheduler": scheduler, "step": 0}'],
    "bound-step": ["advance = scheduler.step"],
    "partial-step": ["advance = partial(scheduler.step)"],
    "stepper-closure": ["advance = make_stepper(WIRED)"],
    "stepper-object": ["stepper = Stepper(scheduler)"],
    "stepper-registry": [
        "schedulers = {}",
        'schedulers.setdefault("main", []).append(scheduler)',
    ],
    "updated-dictionary": ['state = {"step": 0}', "state.update(scheduler=scheduler)"],
    "queue": ["schedulers = []", "schedulers.append(scheduler)"],
    "callbacks": ["callbacks = [lambda: None]", "callbacks.append(scheduler.step)"],
    "driver": ["driver = drive(scheduler)"],
    "step-hook": ["optimizer.register_step_post_hook(lambda *_: scheduler.step())"],
}


def wiring(draft: Draft) -> Lines:
    """Return what binds the scheduler to what this script steps it with."""
    needed = [line for need, lines in WIRING.items() if need in draft.needs for line in lines]
    return [line.replace("WIRED", draft.wired) for line in needed]


def _stepper(draft: Draft, *methods: Lines) -> None:
    """Define the class ``Stepper`` with these methods, and have one made."""
    body = block("def __init__(self, scheduler):", ["self.scheduler = scheduler", "self.calls = 0"])
    for method in methods:
        body += ["", *method]
    draft.helpers.append(block("class Stepper:", body))
    draft.needs.add("stepper-object")


@option("step-form", 0.5, when=plain_only)
def closure_with_counter(draft: Draft) -> Lines:
    """A closure steps and counts its calls (``nonlocal``)."""
    inner = ["nonlocal calls", "calls += 1", STEP, "return calls"]
    body = ["calls = 0", "", *block("def advance():", inner), "", "return advance"]
    draft.helpers.append(block("def make_stepper(scheduler):", body))
    draft.needs.add("stepper-closure")
    return ["advance()"]


@option("step-form", 0.5, when=plain_only)
def object_with_counter(draft: Draft) -> Lines:
    _stepper(draft, block("def step(self):", ["self.calls += 1", "self.scheduler.step()"]))
    return ["stepper.step()"]


@option("step-form", 0.5, when=plain_only)
def class_counter(draft: Draft) -> Lines:
    """The counter belongs to the class, not to the object."""
    body = [
        "calls = 0",
        "",
        *block("def __init__(self, scheduler):", ["self.scheduler = scheduler"]),
        "",
        *block("def __call__(self):", ["Stepper.calls += 1", "self.scheduler.step()"]),
    ]
    draft.helpers.append(block("class Stepper:", body))
    draft.needs.add("stepper-object")
    return ["stepper()"]


@option("step-form", 0.5, when=plain_only)
def inherited_step(draft: Draft) -> Lines:
    """``super().step()`` in a subclass that also reports."""
    base = [
        *block("def __init__(self, scheduler):", ["self.scheduler = scheduler", "self.calls = 0"]),
        "",
        *block("def step(self):", ["self.calls += 1", "self.scheduler.step()"]),
    ]
    report = block("if self.calls % self.every == 0:", ['print(f"step {self.calls}")'])
    derived = [
        *block(
            "def __init__(self, scheduler, every=3):",
            ["super().__init__(scheduler)", "self.every = every"],
        ),
        "",
        *block("def step(self):", ["super().step()", *report]),
    ]
    draft.helpers.append(block("class BaseStepper:", base))
    draft.helpers.append(block("class Stepper(BaseStepper):", derived))
    draft.needs.add("stepper-object")
    return ["stepper.step()"]


@option("step-form", 0.4, when=plain_only)
def property_setter(draft: Draft) -> Lines:
    """``stepper.done += 1``: the setter steps."""
    getter = ["@property", *block("def done(self):", ["return self.calls"])]
    change = ["self.calls = value", "self.scheduler.step()"]
    setter = ["@done.setter", *block("def done(self, value):", change)]
    _stepper(draft, getter, setter)
    return [draft.pick(["stepper.done += 1", "stepper.done = stepper.done + 1"])]


@option("step-form", 0.4, when=plain_only)
def delegating_object(draft: Draft) -> Lines:
    """``__getattr__`` passes everything on to the scheduler."""
    _stepper(draft, block("def __getattr__(self, name):", ["return getattr(self.scheduler, name)"]))
    return ["stepper.step()"]


def logged(draft: Draft, times: int = 1) -> Lines:
    """Return a decorator that calls what it decorates that many times."""
    call = ["result = function(*args, **kwargs)"]
    if times > 1:
        call = block(f"for _ in range({times}):", call)
    inner = ['print(f"call of {function.__name__}")', *call, "return result"]
    wrapper = ["@functools.wraps(function)", *block("def wrapper(*args, **kwargs):", inner)]
    return block("def logged(function):", [*wrapper, "", "return wrapper"])


@option("step-form", 0.5, when=plain_only)
def decorated_function(draft: Draft) -> Lines:
    draft.helpers.append(logged(draft))
    draft.helpers.append(["@logged", *block("def advance_schedule(scheduler):", [STEP])])
    return ["advance_schedule(scheduler)"]


@option("step-form", 0.5, when=plain_only)
def context_manager_function(draft: Draft) -> Lines:
    body = ['print(f"begin {name}")', *block("try:", ["yield"])]
    body += block("finally:", ['print(f"end {name}")'])
    draft.helpers.append(["@contextlib.contextmanager", *block("def stage(name):", body)])
    return block('with stage("schedule"):', [STEP])


@option("step-form", 0.5, when=plain_only)
def context_manager_class(draft: Draft) -> Lines:
    """A stopwatch; it may also swallow what is raised in it."""
    swallow = draft.pick(["return False", "return kind is KeyError", "self.error = error"])
    body = [
        *block("def __enter__(self):", ["self.error = None", "return self"]),
        "",
        *block("def __exit__(self, kind, error, trace):", [swallow]),
    ]
    draft.helpers.append(block("class Stage:", body))
    return block("with Stage() as stage:", [STEP])


@option("step-form", 0.4, when=plain_only, modelled=False)
def suppressing(draft: Draft) -> Lines:
    manager = draft.pick(["contextlib.suppress(ValueError)", "contextlib.nullcontext()"])
    return block(f"with {manager}:", [STEP])


@option("step-form", 0.3, when=plain_only, modelled=False)
def exit_stack(draft: Draft) -> Lines:
    """The step happens where the stack is left."""
    body = ["stack.callback(lambda: scheduler.step())", 'print("leaving")']
    return block("with contextlib.ExitStack() as stack:", body)


@option("step-form", 0.4, when=plain_only)
def registry(draft: Draft) -> Lines:
    """``registry.setdefault(…, []).append(scheduler)``."""
    draft.needs.add("stepper-registry")
    return block('for s in schedulers["main"]:', ["s.step()"])


@option("step-form", 0.4, when=plain_only)
def updated_dictionary(draft: Draft) -> Lines:
    draft.needs.add("updated-dictionary")
    return [draft.pick(['state["scheduler"].step()', 'state.get("scheduler").step()'])]


@option("step-form", 0.4, when=plain_only, modelled=False)
def queue(draft: Draft) -> Lines:
    """Taken out, stepped, put back."""
    draft.needs.add("queue")
    take, back = draft.pick([("pop()", "append"), ("pop(0)", "append")])
    return [f"current = schedulers.{take}", "current.step()", f"schedulers.{back}(current)"]


@option("step-form", 0.4, when=plain_only)
def callbacks(draft: Draft) -> Lines:
    draft.needs.add("callbacks")
    return block("for callback in callbacks:", ["callback()"])


@option("step-form", 0.4, when=plain_only, modelled=False)
def generator_driver(draft: Draft) -> Lines:
    """A generator that steps each time it is asked."""
    draft.needs.add("driver")
    steps = block("while True:", [STEP, "yield"])
    draft.helpers.append(block("def drive(scheduler):", steps))
    return [draft.pick(["next(driver)", "next(driver, None)"])]


@option("step-form", 0.4, when=plain_only)
def partial_step(draft: Draft) -> Lines:
    draft.needs.add("partial-step")
    return ["advance()"]


@option("step-form", 0.4, when=plain_only, modelled=False)
def match_class(draft: Draft) -> Lines:
    """``match scheduler: case ReduceLROnPlateau(): …``."""
    draft.needs.add("plateau")
    body = [
        *block("case ReduceLROnPlateau():", ["scheduler.step(loss.item())"]),
        *block("case None:", ["pass"]),
        *block("case _:", [STEP]),
    ]
    return block("match scheduler:", body)


@option("step-form", 0.4, when=plain_only)
def finally_step(draft: Draft) -> Lines:
    return [*block("try:", ['print("epoch", end=" ")']), *block("finally:", [STEP])]


@option("step-form", 0.4, when=plain_only)
def try_else(draft: Draft) -> Lines:
    """The ``else`` of a ``try`` that raises nothing."""
    lines = [*block("try:", ['number = int("3")']), *block("except ValueError:", ["number = 0"])]
    return [*lines, *block("else:", [STEP])]


@option("step-form", 0.4, when=plain_only)
def loop_else(draft: Draft) -> Lines:
    """The ``else`` of a loop that no ``break`` leaves."""
    loop = block("for attempt in range(2):", ['print(f"attempt {attempt}")'])
    return [*loop, *block("else:", [STEP])]


@option("step-form", 0.4, when=plain_only)
def broken_retry(draft: Draft) -> Lines:
    """Retries that end with the first success."""
    body = [*block("try:", [STEP, "break"]), *block("except RuntimeError:", ["continue"])]
    return block("for attempt in range(3):", body)
