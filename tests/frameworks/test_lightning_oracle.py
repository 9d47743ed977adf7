"""``lrlint predict`` gives the LR of every update that the real Lightning makes."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import warnings
from pathlib import Path

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

from .lightning_scripts import lightning_script, manual_script

pytestmark = pytest.mark.slow  # it trains

CHUNKS = range(0, int(os.environ.get("LRLINT_LIGHTNING_SCRIPTS", "80")), 20)


def trained(text: str) -> list[float]:
    """Return the LR of each update, written down by a hook of torch."""
    torch_optimizer = pytest.importorskip("torch.optim.optimizer")
    pytest.importorskip("lightning")
    for name in ("lightning.pytorch", "lightning.pytorch.utilities.rank_zero"):
        logging.getLogger(name).setLevel(logging.ERROR)
    lrs: list[float] = []
    hook = torch_optimizer.register_optimizer_step_pre_hook(
        lambda optimizer, args, kwargs: lrs.append(float(optimizer.param_groups[0]["lr"]))
    )
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            exec(compile(text, "script", "exec"), {"__name__": "__main__"})
    finally:
        hook.remove()
    return lrs


@pytest.mark.parametrize("write", [lightning_script, manual_script], ids=["automatic", "manual"])
@pytest.mark.parametrize("first", CHUNKS)
def test_prediction_is_what_lightning_does(first: int, write: object, tmp_path: Path) -> None:
    assert callable(write)
    for seed in range(first, first + 20):
        text = write(seed)
        path = tmp_path / f"train{seed}.py"
        path.write_text(text, encoding="utf-8")
        (schedule,) = forecast(load(str(path))).schedules
        prediction = schedule.prediction
        assert not prediction.unresolved, f"{prediction.unresolved} in\n{text}"
        expected = trained(text)
        assert prediction.lr is not None
        assert list(prediction.lr[0]) == pytest.approx(expected, rel=1e-9, abs=1e-15), text
        counted = schedule.schedule.stepping.optimizer_steps
        assert counted is None or counted.value == len(expected), text
