"""Whether a scheduler is stepped is known, however the script keeps it."""

from __future__ import annotations

from textwrap import dedent

import pytest
from loop_template import with_loops

from lrlint.linter.engine import lint_text

IMPORTS = """
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, StepLR
"""

KEPT = {  # the call that steps the scheduler is in capital letters; TRAIN is a loop_template
    "a namedtuple": """
        from collections import namedtuple
        Bundle = namedtuple("Bundle", ["optimizer", "scheduler"])
        def build(model):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            return Bundle(optimizer=o, scheduler=StepLR(o, 10))
        def main(model, loader):
            b = build(model)
            TRAIN(range(100), b.optimizer.step(), b.scheduler.STEP())
    """,
    "a NamedTuple": """
        from typing import NamedTuple
        class Bundle(NamedTuple):
            optimizer: object
            scheduler: object
        def build(model):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            return Bundle(o, StepLR(o, 10))
        def main(model, loader):
            b = build(model)
            TRAIN(range(100), b.optimizer.step(), b.scheduler.STEP())
    """,
    "a dataclass": """
        from dataclasses import dataclass, field
        @dataclass
        class Bundle:
            optimizer: object
            scheduler: object = None
            extras: list = field(default_factory=list)
        def build(model):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            return Bundle(o, StepLR(o, 10))
        def main(model, loader):
            b = build(model)
            TRAIN(range(100), b.optimizer.step(), b.scheduler.STEP())
    """,
    "a namespace": """
        from types import SimpleNamespace
        def build(model):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            return SimpleNamespace(optimizer=o, scheduler=StepLR(o, 10))
        def main(model, loader):
            b = build(model)
            TRAIN(range(100), b.optimizer.step(), b.scheduler.STEP())
    """,
    "a dict of everything": """
        def main(model, loader):
            state = dict(model=model, epoch=0)
            state["optimizer"] = torch.optim.SGD(model.parameters(), lr=0.1)
            state["scheduler"] = StepLR(state["optimizer"], 10)
            for epoch in range(100):
                train(state, loader)
        def train(state, loader):
            for x in loader:
                state["model"](x).backward()
                state["optimizer"].step()
            state["scheduler"].STEP()
        main(load(), data())
    """,
    "setattr": """
        class T: pass
        def main(model, loader):
            t = T()
            setattr(t, "optimizer", torch.optim.SGD(model.parameters(), lr=0.1))
            setattr(t, "scheduler", StepLR(t.optimizer, 10))
            TRAIN(range(100), t.optimizer.step(), t.scheduler.STEP())
    """,
    "getattr": """
        class T:
            def __init__(self, model):
                self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                self.scheduler = StepLR(self.optimizer, 10)
        def main(model, loader):
            t = T(model)
            for epoch in range(100):
                for x in loader:
                    model(x).backward()
                    t.optimizer.step()
                for name in ("scheduler",):
                    getattr(t, name).STEP()
    """,
    "setattr under names that are not known": """
        class T:
            def __init__(self, model, names):
                self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                for name in names:
                    setattr(self, "scheduler_" + name, StepLR(self.optimizer, 10))
        def main(model, loader, names):
            t = T(model, names)
            for epoch in range(100):
                for x in loader:
                    model(x).backward()
                    t.optimizer.step()
                for name in names:
                    getattr(t, "scheduler_" + name).STEP()
    """,
    "__dict__": """
        class T:
            def __init__(self, model, names):
                self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                for name in names:
                    self.__dict__[name] = StepLR(self.optimizer, 10)
            def step(self, names):
                for name in names:
                    self.__dict__[name].STEP()
        def main(model, loader, names):
            t = T(model, names)
            TRAIN(range(100), t.optimizer.step(), t.step(names))
    """,
    "a property": """
        class T:
            def __init__(self, model):
                self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                self._s = StepLR(self.optimizer, 10)
            @property
            def scheduler(self):
                return self._s
        def main(model, loader):
            t = T(model)
            TRAIN(range(100), t.optimizer.step(), t.scheduler.STEP())
    """,
    "a cached property": """
        from functools import cached_property
        class T:
            def __init__(self, model):
                self.model = model
            @cached_property
            def optimizer(self):
                return torch.optim.SGD(self.model.parameters(), lr=0.1)
            @cached_property
            def scheduler(self):
                return StepLR(self.optimizer, 10)
        def main(model, loader):
            t = T(model)
            TRAIN(range(100), t.optimizer.step(), t.scheduler.STEP())
    """,
    "a property that builds it on demand": """
        class T:
            def __init__(self, model):
                self.model = model
                self._o = self._s = None
            @property
            def optimizer(self):
                if self._o is None:
                    self._o = torch.optim.SGD(self.model.parameters(), lr=0.1)
                return self._o
            @property
            def scheduler(self):
                if self._s is None:
                    self._s = StepLR(self.optimizer, 10)
                return self._s
        def main(model, loader):
            t = T(model)
            TRAIN(range(100), t.optimizer.step(), t.scheduler.STEP())
    """,
    "a closure": """
        def make(model):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            s = StepLR(o, 10)
            def step(): o.step()
            def end(): s.STEP()
            return step, end
        def main(model, loader):
            step, end = make(model)
            TRAIN(range(100), step(), end())
    """,
    "a bound method": """
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            step = StepLR(o, 10).step
            TRAIN(range(100), o.step(), step())
    """,
    "a generator": """
        def epochs(n, scheduler):
            for e in range(n):
                yield e
                scheduler.step()
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            s = StepLR(o, 10)
            for epoch in epochs(100, s):
                for x in loader:
                    model(x).backward()
                    o.step()
    """,
    "a function as a context manager": """
        from contextlib import contextmanager
        @contextmanager
        def epoch_of(s):
            yield
            s.STEP()
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            s = StepLR(o, 10)
            for epoch in range(100):
                with epoch_of(s):
                    for x in loader:
                        model(x).backward()
                        o.step()
    """,
    "an object as a context manager": """
        class Epoch:
            def __init__(self, s): self.s = s
            def __enter__(self): return self
            def __exit__(self, *a): self.s.STEP()
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            s = StepLR(o, 10)
            for epoch in range(100):
                with Epoch(s):
                    for x in loader:
                        model(x).backward()
                        o.step()
    """,
    "an object that is iterated over": """
        class Epochs:
            def __init__(self, n, s): self.n, self.s = n, s
            def __iter__(self):
                for e in range(self.n):
                    yield e
                    self.s.STEP()
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            s = StepLR(o, 10)
            for epoch in Epochs(100, s):
                for x in loader:
                    model(x).backward()
                    o.step()
    """,
    "an object that is called": """
        class Stepper:
            def __init__(self, s): self.s = s
            def __call__(self): self.s.STEP()
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            end = Stepper(StepLR(o, 10))
            TRAIN(range(100), o.step(), end())
    """,
    "a hook of a subclass": """
        class Base:
            def fit(self, loader):
                for epoch in range(100):
                    for x in loader:
                        self.optimizer.step()
                    self.end()
            def end(self): pass
        class T(Base):
            def __init__(self, model):
                self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                self.scheduler = StepLR(self.optimizer, 10)
            def end(self):
                super().end()
                self.scheduler.STEP()
        T(load()).fit(data())
    """,
    "an object that delegates": """
        class Wrapped:
            def __init__(self, inner): self.inner = inner
            def __getattr__(self, name): return getattr(self.inner, name)
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            s = Wrapped(StepLR(o, 10))
            TRAIN(range(100), o.step(), s.STEP())
    """,
    "a partial": """
        from functools import partial
        def main(model, loader):
            make = partial(StepLR, step_size=10)
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            s = make(o)
            TRAIN(range(100), o.step(), s.STEP())
    """,
    "an assignment expression": """
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            if (s := StepLR(o, 10)) is not None:
                print(s)
            TRAIN(range(100), o.step(), s.STEP())
    """,
    "a global": """
        s = None
        def setup(o):
            global s
            s = StepLR(o, 10)
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            setup(o)
            TRAIN(range(100), o.step(), s.STEP())
        main(load(), data())
    """,
    "a starred target": """
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            first, *rest = [StepLR(o, 10), StepLR(o, 20), StepLR(o, 30)]
            for epoch in range(100):
                for x in loader:
                    model(x).backward()
                    o.step()
                first.STEP()
                for s in rest: s.STEP()
    """,
    "a chain of lists": """
        import itertools
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            a, b = [StepLR(o, 10)], [StepLR(o, 20)]
            for epoch in range(100):
                for x in loader:
                    model(x).backward()
                    o.step()
                for s in itertools.chain(a, b): s.STEP()
    """,
    "map": """
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            ss = [StepLR(o, 10), StepLR(o, 20)]
            TRAIN(range(100), o.step(), list(map(lambda s: s.STEP(), ss)))
    """,
    "match": """
        def main(model, loader, kind):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            match kind:
                case "step": s = StepLR(o, 10)
                case _: s = CosineAnnealingLR(o, 100, 1e-5)
            TRAIN(range(100), o.step(), s.STEP())
    """,
    "finally": """
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            s = StepLR(o, 10)
            for epoch in range(100):
                try:
                    for x in loader:
                        model(x).backward()
                        o.step()
                finally:
                    s.STEP()
    """,
    "the else of a loop": """
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            s = StepLR(o, 10)
            epoch = 0
            while epoch < 100:
                for x in loader:
                    model(x).backward()
                    o.step()
                else:
                    s.STEP()
                epoch += 1
    """,
    "a deque": """
        from collections import deque
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            ss = deque([StepLR(o, 10)])
            for epoch in range(100):
                for x in loader:
                    model(x).backward()
                    o.step()
                for s in ss: s.STEP()
    """,
    "merged dicts": """
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            a = {"s": StepLR(o, 10)}
            b = {"o": o}
            c = {**a, **b}
            d = a | b
            TRAIN(range(100), c["o"].step(), d["s"].STEP())
    """,
    "keyword arguments": """
        def run(model, loader, **kw):
            TRAIN(range(100), kw["optimizer"].step(), kw["scheduler"].STEP())
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            run(model, loader, optimizer=o, scheduler=StepLR(o, 10))
        main(load(), data())
    """,
    "positional arguments": """
        def run(model, loader, optimizer, *schedulers):
            for epoch in range(100):
                for x in loader:
                    model(x).backward()
                    optimizer.step()
                for s in schedulers: s.STEP()
        def main(model, loader):
            o = torch.optim.SGD(model.parameters(), lr=0.1)
            run(model, loader, o, StepLR(o, 10), StepLR(o, 20))
        main(load(), data())
    """,
}

UNDECIDED = {
    "a namedtuple",
    "setattr under names that are not known",
    "a cached property",
    "a property that builds it on demand",
    "a generator",
    "a function as a context manager",
    "a deque",
    "__dict__",
    "a bound method",
}
"""Where a scheduler that is not stepped is left undecided."""


def codes(script: str) -> list[str]:
    report = lint_text(IMPORTS + with_loops(dedent(script)))
    assert report.problems == ()
    return [found.code for found in report.diagnostics]


@pytest.mark.parametrize("script", KEPT.values(), ids=KEPT)
def test_a_step_is_found(script: str) -> None:
    assert codes(script.replace(".STEP()", ".step()")) == []


@pytest.mark.parametrize("name", [name for name in KEPT if name not in UNDECIDED])
def test_a_missing_step_is_found(name: str) -> None:
    assert set(codes(KEPT[name].replace(".STEP()", ".state_dict()"))) == {"LR103"}
