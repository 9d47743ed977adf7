"""A function that `functools` caches returns the same object again."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lrlint.linter.engine import lint_text

BUNDLE = """
    import functools
    import torch
    from functools import cache, lru_cache
    from torch.optim.lr_scheduler import StepLR

    model = torch.nn.Linear(1, 1)

    {decorator}
    def bundle(name="a", size=10):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        return optimizer, StepLR(optimizer, size)

    optimizer, _ = bundle({first})
    for epoch in range(30):
        for x in loader:
            model(x).backward()
            optimizer.step()
        bundle({second})[1].step()
"""


def codes(decorator: str, first: str = "", second: str = "") -> set[str]:
    text = dedent(BUNDLE).format(decorator=decorator, first=first, second=second)
    return {one.code for one in lint_text(text).diagnostics}


@pytest.mark.parametrize(
    "decorator", ["@cache", "@lru_cache", "@functools.lru_cache(maxsize=None)", "@functools.cache"]
)
@pytest.mark.parametrize("arguments", ["", "'a'", "name='a'", "'a', size=10"])
def test_the_same_call_gives_the_same_object(decorator: str, arguments: str) -> None:
    assert codes(decorator, arguments, arguments) == set()


@pytest.mark.parametrize(
    ("decorator", "first", "second"),
    [
        ("", "", ""),  # a new optimizer and a new scheduler each time
        ("@cache", "'a'", "'b'"),
        ("@cache", "size=10", "size=20"),
    ],
)
def test_another_call_gives_another_object(decorator: str, first: str, second: str) -> None:
    assert codes(decorator, first, second)


@pytest.mark.parametrize("otherwise", ["", "else: other = schedule()"])
def test_what_a_branch_has_called_is_known_after_it(otherwise: str) -> None:
    text = """
        import torch
        from functools import cache
        from torch.optim.lr_scheduler import StepLR

        model = torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

        @cache
        def schedule():
            return StepLR(optimizer, 10)

        if flag:
            print(schedule().last_epoch)
        OTHERWISE
        scheduler = schedule()
        for epoch in range(30):
            for x in loader:
                model(x).backward()
                optimizer.step()
            scheduler.step()
    """
    code = dedent(text).replace("OTHERWISE", otherwise)
    assert [one.code for one in lint_text(code).diagnostics] == []
