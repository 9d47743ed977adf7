"""Modules whose names are put together of settings."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from lrlint.api import lint

FILES = {
    "setup.py": "",
    "main.py": """
        from fit import fit
        from options import read

        fit(read())
        """,
    "fit.py": """
        import nets

        def fit(options):
            net = nets.build(options)
            for epoch in range(options.rounds):
                for batch in range(50):
                    net.learn()
                    net.next_rate()
        """,
    "options.py": """
        import argparse
        import nets

        def read():
            parser = argparse.ArgumentParser()
            parser.add_argument("--net", default="small_gan")
            parser.add_argument("--rounds", type=int, default=40)
            options, _ = parser.parse_known_args()
            parser = nets.plugins.more_options(parser)
            return parser.parse_args()
        """,
    "nets/__init__.py": """
        import importlib
        from nets.base import Base

        def find(name):
            module = importlib.import_module(f"nets.{name}_net")
            found = None
            for key, member in module.__dict__.items():
                if key.lower() == name.replace("_", "") + "net" and issubclass(member, Base):
                    found = member
            if found is None:
                exit(1)
            return found

        def build(options):
            return find(options.net)(options)
        """,
    "nets/base.py": """
        import torch

        class Base:
            def next_rate(self):
                self.schedule.step()
        """,
    "nets/small_gan_net.py": """
        import torch
        from torch.optim.lr_scheduler import CosineAnnealingLR
        from .base import Base

        class SmallGanNet(Base):
            def __init__(self, options):
                self.adam = torch.optim.Adam([torch.zeros(1)], lr=1e-3)
                self.schedule = CosineAnnealingLR(self.adam, options.rounds, eta_min=1e-5)

            def learn(self):
                self.adam.step()
        """,
}


def test_the_class_of_a_module_that_an_option_names_is_followed(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(text))
    findings = lint([tmp_path / "main.py"])
    assert [(one.code, Path(one.filename).name) for one in findings] == [("LR101", "base.py")]
