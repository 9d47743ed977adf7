"""Three pitfalls and their corrected twins, in every form of the script."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint import lint

from .forms import FORMS, Choices

PITFALLS = {
    "step() in the batch loop": (Choices(per_batch=True), ["LR101"]),
    "step() in the batch loop, corrected": (Choices(), []),
    "T_max shorter than the training": (Choices(horizon="30"), ["LR201"]),
    "T_max longer than the training": (Choices(horizon="2 * EPOCHS"), ["LR201"]),
    "T_max is the epoch count": (Choices(horizon="EPOCHS"), []),
    "T_max is off by one": (Choices(horizon="EPOCHS - 1"), []),
    "eta_min left at zero": (Choices(eta_min=None), ["LR301"]),
    "eta_min chosen": (Choices(eta_min="1e-3"), []),
    "eta_min chosen to be zero": (Choices(eta_min="0"), []),
    "T_max in batches, stepped per batch": (
        Choices(per_batch=True, horizon="EPOCHS * LOADER"),
        [],
    ),
}

LOADERS = {
    "trainer_class": "len(self.loader)",
    "accumulation": "(len(train_loader) // accumulate)",
}


CASES = [
    (form, pitfall)
    for form in FORMS
    for pitfall, (choices, _) in PITFALLS.items()
    # That factory does not take the loader.
    if not (form == "two_modules" and "LOADER" in choices.horizon)
]


@pytest.mark.parametrize(("form", "pitfall"), CASES)
def test_each_form_of_each_pitfall(form: str, pitfall: str, tmp_path: Path) -> None:
    choices, expected = PITFALLS[pitfall]
    loader = LOADERS.get(form, "len(train_loader)")
    choices = Choices(choices.per_batch, choices.horizon.replace("LOADER", loader), choices.eta_min)
    files = FORMS[form](choices)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    entry = next(iter(files))
    found = lint([tmp_path / entry])
    assert [item.code for item in found] == expected, [item.message for item in found]


def test_the_report_is_in_the_module_where_the_mistake_is(tmp_path: Path) -> None:
    for name, text in FORMS["two_modules"](Choices(per_batch=True)).items():
        (tmp_path / name).write_text(text)
    (finding,) = lint([tmp_path / "train.py"])
    assert Path(finding.filename).name == "engine.py"
    assert {Path(item.filename).name for item in finding.related} >= {"schedules.py"}


def test_a_notebook_is_reported_by_cell(tmp_path: Path) -> None:
    for name, text in FORMS["notebook"](Choices(per_batch=True)).items():
        (tmp_path / name).write_text(text)
    (finding,) = lint([tmp_path / "train.ipynb"])
    assert finding.cell == 3
    assert finding.location.row == 6
