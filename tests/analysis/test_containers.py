"""Schedulers in lists and dicts, whose keys and lengths may not be known."""

from __future__ import annotations

from itertools import product
from textwrap import dedent, indent

import pytest

from lrlint.linter.engine import lint_text

ONE = "StepLR(optimizer, 10)"

DICTS = {
    "a comprehension": f"scheds = {{n: {ONE} for n in names}}",
    "a filtered comprehension": f"scheds = {{n: {ONE} for n in names if n != 'x'}}",
    "a comprehension over items": f"scheds = {{n: {ONE} for n, m in models.items()}}",
    "a list of pairs": f"scheds = dict([(n, {ONE}) for n in names])",
    "a generator of pairs": f"scheds = dict((n, {ONE}) for n in names)",
    "two lists": f"scheds = dict(zip(names, [{ONE} for n in names]))",
    "a dict of dicts": f"""
        both = {{n: {{"sched": {ONE}}} for n in names}}
        scheds = {{n: one["sched"] for n, one in both.items()}}
    """,
    "an item of a loop": f"""
        scheds = {{}}
        for n in names:
            scheds[n] = {ONE}
    """,
    "setdefault": f"""
        scheds = {{}}
        for n in names:
            scheds.setdefault(n, {ONE})
    """,
    "update": f"""
        scheds = {{}}
        for n in names:
            scheds.update({{n: {ONE}}})
    """,
    "an open key": f"scheds = {{model.name: {ONE}}}",
    "known keys": f"scheds = {{'a': {ONE}, 'b': {ONE}}}",
}
STEPS_OF_DICTS = {
    "values": "for s in scheds.values():\n    s.step()",
    "a list of values": "for s in list(scheds.values()):\n    s.step()",
    "items": "for n, s in scheds.items():\n    s.step()",
    "keys": "for n in scheds:\n    scheds[n].step()",
    "names": "for n in names:\n    scheds[n].step()",
    "get": "for n in names:\n    scheds.get(n).step()",
    "pop": "for n in names:\n    scheds.pop(n).step()",
    "a comprehension": "[s.step() for s in scheds.values()]",
}
LISTS = {
    "a comprehension": f"scheds = [{ONE} for n in names]",
    "a tuple": f"scheds = tuple({ONE} for n in names)",
    "the second of pairs": f"scheds = [s for _, s in [(n, {ONE}) for n in names]]",
    "append": f"""
        scheds = []
        for n in names:
            scheds.append({ONE})
    """,
    "an augmented list": f"""
        scheds = []
        for n in names:
            scheds += [{ONE}]
    """,
    "a list that comes from elsewhere": f"""
        scheds = load()
        scheds = scheds + [{ONE}]
    """,
    "known": f"scheds = [{ONE}, {ONE}]",
}
STEPS_OF_LISTS = {
    "a loop": "for s in scheds:\n    s.step()",
    "indices": "for i in range(len(scheds)):\n    scheds[i].step()",
    "an index that is not known": "scheds[pick()].step()",
    "zip": "for n, s in zip(names, scheds):\n    s.step()",
    "a comprehension": "[s.step() for s in scheds]",
}
NEVER_SEEN = {"append", "an augmented list", "a list that comes from elsewhere"}
"""What a loop adds to a list may be stepped elsewhere."""


def codes(build: str, steps: str) -> list[str]:
    script = dedent("""
        import torch
        from torch.optim.lr_scheduler import CosineAnnealingLR, StepLR

        def main(model, models, loader, names):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        {build}
            for epoch in range(100):
                for x in loader:
                    model(x).backward()
                    optimizer.step()
        {steps}
    """).format(build=indent(dedent(build), " " * 4), steps=indent(steps, " " * 8))
    report = lint_text(script)
    assert report.problems == ()
    return [found.code for found in report.diagnostics]


@pytest.mark.parametrize(
    ("build", "steps"), [*product(DICTS, STEPS_OF_DICTS)], ids=lambda name: str(name)
)
def test_schedulers_in_a_dict_are_stepped(build: str, steps: str) -> None:
    assert codes(DICTS[build], STEPS_OF_DICTS[steps]) == []


@pytest.mark.parametrize(
    ("build", "steps"), [*product(LISTS, STEPS_OF_LISTS)], ids=lambda name: str(name)
)
def test_schedulers_in_a_list_are_stepped(build: str, steps: str) -> None:
    assert codes(LISTS[build], STEPS_OF_LISTS[steps]) == []


@pytest.mark.parametrize("build", [*DICTS.values()], ids=[*DICTS])
def test_schedulers_in_a_dict_that_nobody_steps(build: str) -> None:
    assert set(codes(build, "print(epoch)")) == {"LR103"}


@pytest.mark.parametrize("build", LISTS)
def test_schedulers_in_a_list_that_nobody_steps(build: str) -> None:
    expected = set() if build in NEVER_SEEN else {"LR103"}
    assert set(codes(LISTS[build], "print(epoch)")) == expected


@pytest.mark.parametrize(("T_max", "expected"), [(100, []), (50, ["LR201"])])
def test_one_scheduler_represents_the_whole_dict(T_max: int, expected: list[str]) -> None:
    build = f"""
        scheds = {{}}
        for n in names:
            scheds[n] = CosineAnnealingLR(optimizer, {T_max}, 1e-5)
    """
    assert codes(build, STEPS_OF_DICTS["items"]) == expected


def test_a_list_that_a_loop_adds_to_has_no_known_length() -> None:
    build = """
        times = [20]
        for n in names:
            times += [n]
        scheduler = CosineAnnealingLR(optimizer, 100 * len(times), 1e-5)
    """
    assert codes(build, "scheduler.step()") == []
