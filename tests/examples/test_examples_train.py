"""What the example scripts do when torch runs them.

Every LR here is read from the optimizer at the moment it steps. A number that a script states in
its docstring must be one that was measured (`states`).
"""

import contextlib
import io
import json
import re
import runpy
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from unittest.mock import patch

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytestmark = pytest.mark.slow  # each script trains

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(
    path.relative_to(EXAMPLES).as_posix()
    for pattern in ("*.py", "*.ipynb", "*/main.py")
    for path in EXAMPLES.glob(pattern)
)
CLEAN = [name for name in SCRIPTS if name == "correct.py" or "_fixed" in name]
BROKEN = [name for name in SCRIPTS if name not in CLEAN]
CRASHES = {"lr106_plateau_metric.py", "lr202_onecycle_length.py"}
ORDER_WARNING = "Detected call of `lr_scheduler.step()` before `optimizer.step()`"


@dataclass(frozen=True)
class Training:
    lrs: list[list[float]]  # one list per optimizer step, one LR per parameter group
    output: str
    error: Exception | None
    warnings: list[str]
    docstring: str

    @property
    def lr(self) -> list[float]:
        return [groups[0] for groups in self.lrs]

    @property
    def levels(self) -> list[tuple[float, int]]:
        """The LRs in the order they were used, with the number of steps each."""
        return [(lr, len(list(steps))) for lr, steps in groupby(self.lr)]

    @property
    def accuracy(self) -> float:
        return float(re.findall(r"^accuracy ([\d.]+), ", self.output, re.M)[0])

    @property
    def printed_lr(self) -> str:
        return re.findall(r"final LR (\S+)$", self.output, re.M)[0]

    def states(self, *values: float | str) -> bool:
        words = re.findall(r"[\w'.()%-]*\w", self.docstring)
        text = " ".join(self.docstring.split())
        return all(v in text if isinstance(v, str) else f"{v:.3g}" in words for v in values)


def code_of(path: Path) -> tuple[str, str]:
    if path.suffix == ".py":
        text = path.read_text(encoding="utf-8")
        return text, text.split('"""')[1]
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = {kind: [] for kind in ("code", "markdown")}
    for cell in cells:
        sources[cell["cell_type"]].append("".join(cell["source"]))
    return "\n".join(sources["code"]), "\n".join(sources["markdown"])


@contextlib.contextmanager
def started_as_script(path: Path) -> Iterator[None]:
    """Give the script what `python path` would: its arguments and the modules beside it."""
    sys.modules.pop("schedules", None)
    search_path = [str(path.parent), *sys.path]
    with patch.object(sys, "argv", [str(path)]), patch.object(sys, "path", search_path):
        yield
    sys.modules.pop("schedules", None)


@cache
def train(name: str) -> Training:
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    path = EXAMPLES / name
    code, docstring = code_of(path)
    lrs: list[list[float]] = []
    output = io.StringIO()
    error = None
    hook = register_optimizer_step_pre_hook(
        lambda optimizer, _args, _kwargs: lrs.append([g["lr"] for g in optimizer.param_groups])
    )
    try:
        with (
            started_as_script(path),
            contextlib.redirect_stdout(output),
            warnings.catch_warnings(record=True) as caught,
        ):
            warnings.simplefilter("always")
            if path.suffix == ".py":
                runpy.run_path(str(path), run_name="__main__")
            else:
                exec(compile(code, name, "exec"), {"__name__": "__main__"})
    except (TypeError, ValueError) as raised:
        error = raised
    finally:
        hook.remove()
    return Training(lrs, output.getvalue(), error, [str(w.message) for w in caught], docstring)


@pytest.mark.parametrize("name", CLEAN)
def test_corrected_script_trains(name: str) -> None:
    training = train(name)
    assert training.error is None
    assert training.warnings == []
    assert training.accuracy > 0.85
    assert training.printed_lr == f"{training.lr[-1]:.3g}"


@pytest.mark.parametrize("name", sorted({*BROKEN} - CRASHES))
def test_broken_script_runs_to_its_end(name: str) -> None:
    training = train(name)
    assert training.error is None
    assert training.accuracy > 0.85
    assert (training.printed_lr == f"{training.lr[-1]:.3g}") == (not name.startswith("lr405"))


def test_every_broken_script_has_a_twin_and_a_test() -> None:
    for name in BROKEN:
        example, _, rest = name.partition("/")
        twin = re.sub(r"(\.\w+)?$", r"_fixed\1", example, count=1) + ("/" + rest if rest else "")
        assert twin in CLEAN
        assert f"test_{name[:5]}" in globals()


def test_correct() -> None:
    training = train("correct.py")
    assert training.lr[-1] == pytest.approx(0.0034227, rel=1e-4)
    assert [steps for _, steps in training.levels] == [24] * 10


def test_lr101() -> None:
    broken, fixed = both("lr101_step_in_batch_loop.py")
    assert broken.warnings == []
    assert len(broken.lr) == len(fixed.lr) == 240
    assert broken.lr[10] == pytest.approx(0.001)
    assert broken.lr[20] == pytest.approx(0.1)
    assert sum(lr == pytest.approx(0.001) for lr in broken.lr) == 12
    assert broken.states("24 batches", "first 10 batches", "after 20", "12 times")
    assert broken.states(broken.lr[0], broken.lr[10], broken.lr[-1], fixed.lr[-1])
    assert [steps for _, steps in fixed.levels] == [24] * 10
    assert fixed.states(fixed.lr[0], fixed.lr[-1])


def test_lr102() -> None:
    broken, fixed = both("lr102_step_per_epoch_horizon_in_batches/main.py")
    assert [steps for _, steps in broken.levels] == [24] * 10
    assert min(broken.lr) == pytest.approx(0.099657, rel=1e-5)
    assert broken.states("10 epochs of 24 batches are 240 steps", broken.lr[-1], fixed.lr[-1])
    assert len(fixed.levels) == 240
    assert fixed.states(fixed.lr[0], fixed.lr[-1], "240 batches")


def test_lr103() -> None:
    broken, fixed = both("lr103_scheduler_never_stepped.py")
    assert broken.levels == [(0.1, 220)]
    assert broken.states("All 220 optimizer steps", broken.lr[-1], fixed.lr[-1])
    assert [lr for lr, _ in fixed.levels] == pytest.approx([0.1 * 0.7**t for t in range(10)])
    assert fixed.states(fixed.lr[0], fixed.lr[-1])


def test_lr104() -> None:
    broken, fixed = both("lr104_step_before_optimizer.py")
    assert [steps // 24 for _, steps in broken.levels] == [3, 4, 3]
    assert [steps // 24 for _, steps in fixed.levels] == [4, 4, 2]
    assert [lr for lr, _ in broken.levels] == [lr for lr, _ in fixed.levels]
    assert [w for w in broken.warnings if ORDER_WARNING in w] == broken.warnings
    assert len(broken.warnings) == 1
    assert broken.states("for 4 epochs and lasts 3", "for 3 epochs where", "uses it for 2")
    assert broken.states(broken.lr[0], broken.lr[-1])
    assert fixed.states(*(lr for lr, _ in fixed.levels))


def test_lr105() -> None:
    broken, fixed = both("lr105_stepped_twice.py")
    assert broken.warnings == []
    assert [steps // 9 for _, steps in broken.levels] == [5] * 6
    assert [steps // 9 for _, steps in fixed.levels] == [10] * 3
    assert broken.states("last 5 of 30 epochs", broken.lr[-1], fixed.lr[-1])
    assert fixed.states(*(lr for lr, _ in fixed.levels))


def test_lr106() -> None:
    broken, fixed = both("lr106_plateau_metric.py")
    assert isinstance(broken.error, TypeError)
    assert broken.levels == [(0.5, 24)]
    assert broken.states(str(broken.error), "24 optimizer steps", broken.lr[-1])
    # How often the loss stalls depends on the arithmetic of the machine, that it halves does not.
    assert len(fixed.lr) == 20 * 24
    assert [lr for lr, _ in fixed.levels] == [0.5 / 2**n for n in range(len(fixed.levels))]


def test_lr201() -> None:
    broken, fixed = both("lr201_t_max_mismatch.py")
    assert broken.lr[10 * 24] == min(broken.lr) == pytest.approx(0.001)
    assert broken.lr[11 * 24 :] == sorted(broken.lr[11 * 24 :])
    assert broken.states(broken.lr[10 * 24], broken.lr[-1], fixed.lr[-1])
    assert fixed.lr == sorted(fixed.lr, reverse=True)
    assert fixed.states(fixed.lr[0], fixed.lr[-1])


def test_lr202() -> None:
    broken, fixed = both("lr202_onecycle_length.py")
    assert isinstance(broken.error, ValueError)
    assert len(broken.lr) == 10 * 24 + 1
    assert broken.states(str(broken.error), *broken.lr[239:])
    assert fixed.states(fixed.lr[0], fixed.lr[-1], "288 steps")
    assert len(fixed.lr) == 288
    assert max(fixed.lr) == pytest.approx(0.1, rel=1e-4)


def test_lr203() -> None:
    broken, fixed = both("lr203_restart_cut_short.py")
    epochs = [lr for lr, _ in broken.levels]
    assert [t for t in range(1, 20) if epochs[t] > epochs[t - 1]] == [5, 15]
    assert epochs[15] == pytest.approx(0.1)
    assert broken.states("restart in epoch 15", epochs[15], epochs[-1], fixed.lr[-1])
    assert [lr for lr, _ in fixed.levels] == epochs[:15]
    assert fixed.states(fixed.lr[-1])


def test_lr206() -> None:
    broken, fixed = both("lr206_horizon_ignores_accumulation.py")
    assert len(broken.lr) == len(fixed.lr) == 240
    assert broken.states("T_max=960", "240 times", broken.lr[-1], fixed.lr[-1])
    assert fixed.states("T_max=240", fixed.lr[-1])


def test_lr207() -> None:
    broken, fixed = both("lr207_degenerate_horizon.py")
    assert broken.levels == [(0.1, 15 * 24)]
    assert broken.states("all 15 epochs", broken.lr[-1], fixed.lr[-1])
    assert [steps // 24 for _, steps in fixed.levels] == [7, 4, 4]
    assert fixed.states(*(lr for lr, _ in fixed.levels))


def test_lr301() -> None:
    broken, fixed = both("lr301_eta_min_zero.py")
    assert len(broken.lr) == 480
    assert sum(lr < 0.001 for lr in broken.lr) == 30
    assert broken.states("last 30 of the 480 steps", broken.lr[0], broken.lr[-1])
    assert min(fixed.lr) >= 0.001
    assert fixed.states(fixed.lr[-1])


def test_lr302() -> None:
    broken, fixed = both("lr302_eta_min_not_below_lr.py")
    backbone, head = zip(*broken.lrs, strict=True)
    assert list(backbone) == sorted(backbone)
    assert list(head) == sorted(head, reverse=True)
    assert broken.states(backbone[0], backbone[-1], head[0], head[-1])
    for group in zip(*fixed.lrs, strict=True):
        assert list(group) == sorted(group, reverse=True)
        assert fixed.states(group[0], group[-1])


def test_lr401() -> None:
    broken, fixed = both("lr401_optimizer_replaced.py")
    assert broken.lrs == [[0.1, 0.1]] * 240
    assert len(broken.warnings) == 1
    assert ORDER_WARNING in broken.warnings[0]
    assert broken.states("all 240 steps", broken.lr[-1], fixed.lr[-1])
    assert fixed.states(fixed.lr[0], fixed.lr[-1])


def test_lr405() -> None:
    broken, fixed = both("lr405_get_lr_call.ipynb")
    assert broken.lr == fixed.lr
    used = [f"{lr:.3g}" for lr in broken.lr[::24]]
    printed = re.findall(r"^epoch \d+: lr (\S+),", broken.output, re.M)
    assert [t for t in range(10) if printed[t] != used[t]] == [3, 6, 9]
    assert broken.states("epochs 3, 6 and 9", float(broken.printed_lr), broken.lr[-1])
    assert len(broken.warnings) == 10
    assert fixed.states(*(lr for lr, _ in fixed.levels))


def test_lr409() -> None:
    broken, fixed = both("lr409_scheduler_rebuilt_in_loop.py")
    assert len(broken.lr) == len(fixed.lr) == 8 * 43 == 344
    assert broken.levels[-1] == (pytest.approx(0.0001), 301)
    assert broken.states("7 of 8 epochs (301 of 344 steps)", broken.lr[0], broken.lr[-1])
    assert fixed.states(fixed.lr[0], fixed.lr[-1], "all 344 steps")
    assert len(fixed.levels) == 344


def both(name: str) -> tuple[Training, Training]:
    """Return the broken script's training and its corrected twin's."""
    path = Path(name)
    twin = path.with_stem(f"{path.stem}_fixed")
    if path.parent.name:
        twin = path.parent.with_name(f"{path.parent.name}_fixed") / path.name
    return train(name), train(twin.as_posix())
