"""The LR of a script that a rule reports, and of the corrected one, as a picture."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lrlint.output.curve_svg import curve_svg
from lrlint.output.curves import Curve
from lrlint.predict.forecast import forecast
from lrlint.predict.simulation import Prediction
from lrlint.rule import Rule
from lrlint.snippets import script
from lrlint.source import SourceFile, load

ROOT = Path(__file__).parents[2]

CORRECTED = {"LR210": (1, 0), "LR701": (0, 1)} | dict.fromkeys(
    (
        *("LR109", "LR303", "LR305", "LR308", "LR408", "LR503", "LR602", "LR604"),
        *("LR702", "LR703", "LR704"),
    ),
    (0, 0),
)
"""Of rules without a fix: an invalid snippet, and the valid one that does what was meant."""
ALONE = {"LR205": 0, "LR404": 0, "LR407": 0}
"""Invalid snippets whose LR says enough without a corrected one."""
VALUES: dict[str, float] = {
    "len(train_loader)": 24,
    "epochs": 90,
    "warmup": 10,
    "rank": 1,
    "trainer.max_epochs": 10,
    "trainer.num_training_batches": 24,
}
"""What snippets leave open."""
CHOSEN: dict[str, dict[str, float]] = {"LR503": {"accelerator.num_processes": 2}}
"""What shows the defect of a rule, in place of a default."""

_OUT_OF_SIGHT = re.compile(r"^( *)train_epoch\(model, optimizer\)$", re.MULTILINE)
_IN_SIGHT = r"\1for x, y in train_loader:\n\1    model(x, y).backward()\n\1    optimizer.step()"


@dataclass(frozen=True)
class Script:
    """A script to predict, and how the page calls it."""

    label: str
    title: str
    text: str
    path: Path = Path("train.py")

    def source(self) -> SourceFile:
        return load(self.path, data=self.text.encode())


def figure(rule: Rule) -> str:
    """Return the picture of a rule's page with its caption and scripts; empty without one."""
    return next(filter(None, (_figure(rule, scripts) for scripts in _candidates(rule))), "")


def picture(rule: Rule) -> str:
    """Return the picture alone."""
    return "".join(figure(rule).partition("</figure>")[:2])


def _figure(rule: Rule, scripts: Sequence[Script]) -> str:
    used = _open_values(scripts) | CHOSEN.get(rule.code, {})
    forecasts = [_first(one, used) for one in scripts]
    rates = [[] if first is None else _rates(first) for first in forecasts]
    if not rates or not all(rates) or (len(rates) > 1 and rates[0] == rates[1]):
        return ""
    group = _group(rates)
    curves = [
        Curve(one.label if len(scripts) > 1 else "", range(1, len(lr[group]) + 1), lr[group])
        for one, lr in zip(scripts, rates, strict=True)
    ]
    names = " and ".join(f"the {one.label} script" for one in scripts)
    sets = "".join(f" --set {shlex.quote(f'{name}={value}')}" for name, value in used.items())
    caption = f"The LR of {names}, by `lrlint predict{sets}`."
    if len(rates[0]) > 1:
        caption += f" It is that of param group {group}."
    if (first := forecasts[0]) is not None and first.raises is not None:
        caption += f" The {scripts[0].label} script ends with an exception: {first.raises}."
    rows = [
        f'<figure class="lr-curve" role="img" aria-label="The learning rate of {names}">',
        curve_svg(curves, width=640, height=240),
        "</figure>",
        "",
        caption,
        "",
    ]
    for one in scripts:
        rows += [f'??? example "{one.title}"', "", "    ```python"]
        rows += [f"    {row}".rstrip() for row in one.text.rstrip().splitlines()]
        rows += ["    ```", ""]
    return "\n".join(rows) + "\n"


def _candidates(rule: Rule) -> Iterator[tuple[Script, ...]]:
    """Yield the scripts to show, the most telling first."""
    for path in sorted((ROOT / "examples").glob(f"{rule.code.lower()}_*")):
        wrong, right = _entry(path), _entry(path.with_stem(f"{path.stem}_fixed"))
        if wrong is not None and right is not None:
            yield _example(wrong, "reported"), _example(right, "corrected")
    for invalid in rule.INVALID:
        if (fixed := invalid.expected_fix()) is not None:
            yield _snippet(invalid.script(), "reported"), _snippet(fixed, "corrected")
    if rule.code in CORRECTED:
        wrong_one, right_one = CORRECTED[rule.code]
        yield (
            _snippet(rule.INVALID[wrong_one].script(), "reported"),
            _snippet(script(rule.VALID[right_one]), "corrected"),
        )
    if rule.code in ALONE:
        yield (_snippet(rule.INVALID[ALONE[rule.code]].script(), "reported"),)


def _entry(path: Path) -> Path | None:
    """Return the file to predict; None where there is none, or a notebook."""
    path = path / "main.py" if path.is_dir() else path
    return path if path.suffix == ".py" and path.is_file() else None


def _example(path: Path, label: str) -> Script:
    shown = path.relative_to(ROOT).as_posix()
    return Script(label, f"{shown} ({label})", path.read_text(encoding="utf-8"), path)


def _snippet(text: str, label: str) -> Script:
    return Script(label, f"The {label} script", _OUT_OF_SIGHT.sub(_IN_SIGHT, text))


def _open_values(scripts: Sequence[Script]) -> dict[str, float]:
    """Return the values that the scripts leave open, as far as they are known here."""
    values: dict[str, float] = {}
    while True:
        missing = {name for one in scripts for name in _unresolved(one, values)}
        if not (missing := missing & VALUES.keys() - values.keys()):
            return values
        values |= {name: VALUES[name] for name in VALUES if name in missing}


def _unresolved(one: Script, values: dict[str, float]) -> set[str]:
    schedules = forecast(one.source(), values).schedules
    return {name for schedule in schedules for name in schedule.prediction.unresolved}


def _first(one: Script, values: dict[str, float]) -> Prediction | None:
    """Return the prediction of the first schedule."""
    schedules = forecast(one.source(), values).schedules
    return schedules[0].prediction if schedules else None


def _rates(prediction: Prediction) -> list[list[float]]:
    """Return the LR of each param group; empty where it is open."""
    return prediction.lr if prediction.lr is not None and prediction.lr[0] else []


def _group(rates: Sequence[list[list[float]]]) -> int:
    """Return the first param group whose LR differs between the scripts."""
    wrong, right = rates[0], rates[-1]
    return next((i for i, lr in enumerate(wrong) if i < len(right) and lr != right[i]), 0)
