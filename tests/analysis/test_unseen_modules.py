"""Settings, loaders and flags from modules that cannot be found."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lrlint.linter.engine import lint_text

LOOP = """
    {imports}
    from torch.optim import SGD
    from torch.optim.lr_scheduler import CosineAnnealingLR

    def main(model):
        optimizer = SGD(model.parameters(), lr=0.1)
        scheduler = CosineAnnealingLR(optimizer, T_max={epochs}, eta_min=1e-3)
        for epoch in range({epochs}):
            for x, y in {loader}:
                model(x, y).backward()
                optimizer.step()
                {step}
"""


def codes(**parts: str) -> list[str]:
    report = lint_text(
        dedent(LOOP.format(**{"loader": "loader", "step": "scheduler.step()"} | parts))
    )
    assert report.problems == ()
    return [one.code for one in report.diagnostics]


@pytest.mark.parametrize(
    ("imports", "epochs", "loader"),
    [
        ("from config import EPOCHS", "EPOCHS", "loader"),
        ("from config import cfg", "cfg.train.epochs", "loader"),
        ("from config import cfg", 'cfg["epochs"]', "loader"),
        ("from config import cfg", 'cfg.get("epochs", 10)', "loader"),
        ("import config", "config.EPOCHS", "config.loader"),
        ("from config import *", "EPOCHS", "train_loader"),
        ("from data import train_loader", "30", "train_loader"),
        ("from absl import flags\n    FLAGS = flags.FLAGS", "FLAGS.epochs", "loader"),
    ],
)
def test_an_imported_setting_is_one_open_number(imports: str, epochs: str, loader: str) -> None:
    assert codes(imports=imports, epochs=epochs, loader=loader) == ["LR101"]


@pytest.mark.parametrize("flag", ["cfg.per_batch", "PER_BATCH", "cfg.interval == 'batch'"])
def test_an_imported_flag_may_be_on_or_off(flag: str) -> None:
    both = dedent(f"""
        from config import PER_BATCH, cfg
        from torch.optim import SGD
        from torch.optim.lr_scheduler import CosineAnnealingLR

        def main(model, loader):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = CosineAnnealingLR(optimizer, T_max=cfg.epochs, eta_min=1e-3)
            for epoch in range(cfg.epochs):
                for x, y in loader:
                    model(x, y).backward()
                    optimizer.step()
                    if {flag}:
                        scheduler.step()
                if not ({flag}):
                    scheduler.step()
        """)
    assert lint_text(both).diagnostics == ()


def test_an_imported_choice_of_scheduler_is_followed() -> None:
    script = dedent("""
        from config import cfg
        from torch.optim import SGD
        from torch.optim.lr_scheduler import CosineAnnealingLR, StepLR

        def main(model, loader):
            optimizer = SGD(model.parameters(), lr=0.1)
            if cfg.scheduler == "step":
                scheduler = StepLR(optimizer, step_size=30)
            else:
                scheduler = CosineAnnealingLR(optimizer, T_max=cfg.epochs, eta_min=1e-3)
            for epoch in range(cfg.epochs):
                for x, y in loader:
                    model(x, y).backward()
                    optimizer.step()
                    scheduler.step()
        """)
    assert [one.code for one in lint_text(script).diagnostics] == ["LR101"]
