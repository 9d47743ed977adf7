"""Names that branches import from several modules."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.api import lint

FACTORY = """
    def build(options):
        kind = options["kind"]
        if kind == "plain":
            from nets.plain import Plain as Net
        elif kind == "deep":
            from nets.deep import Deep as Net
        else:
            raise NotImplementedError(kind)
        return Net(options)
"""
MODULE = """
    if options["kind"] == "plain":
        from nets.plain import Plain as Net
    else:
        from nets.deep import Deep as Net
    build = Net
"""
NET = """
    import torch

    class {name}:
        def __init__(self, options):
            self.net = make(options)

        def begin(self):
            self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1)
            self.decay = torch.optim.lr_scheduler.MultiStepLR(self.optimizer, [{drop}])

        def learn(self, x):
            self.net(x).backward()
            self.optimizer.step()

        def lower(self):
            self.decay.step()
"""
MAIN = """
    from nets.factory import build

    net = build(read())
    net.begin()
    for epoch in range(20):
        for x in loader:
            net.learn(x)
        net.lower()
"""


@pytest.mark.parametrize("factory", [FACTORY, MODULE], ids=["function", "module"])
def test_each_module_is_followed(tmp_path: Path, factory: str) -> None:
    files = {
        "main.py": MAIN,
        "nets/__init__.py": "",
        "nets/factory.py": factory,
        "nets/plain.py": NET.format(name="Plain", drop=30),
        "nets/deep.py": NET.format(name="Deep", drop=40),
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(text))
    found = lint([tmp_path / "main.py"])
    assert sorted((one.code, Path(one.filename).name) for one in found) == [
        ("LR205", "deep.py"),
        ("LR205", "plain.py"),
    ]
