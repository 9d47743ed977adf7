"""The comparison and the claims themselves, on hand-made recordings and answers."""

from __future__ import annotations

from typing import Any

import pytest

from .case import Case
from .claims import CLAIMS, contradiction, expected
from .compare import compare
from .generate import generate
from .sweep import Sweep, Verdict
from .torch_run import Recording, run

SCRIPT = """\
import torch
from torch import nn

model = nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
    optimizer,
    {arguments},
)
for epoch in range(4):
    for i in range(5):
        loss = model(torch.randn(3, 2)).mean()
        loss.backward()
        {in_batch}
    {in_epoch}
"""


def script(arguments: str, in_batch: str, in_epoch: str = "pass", **options: Any) -> Case:
    text = SCRIPT.format(
        arguments=arguments,
        in_batch=in_batch.replace("\n", "\n        "),
        in_epoch=in_epoch.replace("\n", "\n    "),
    )
    features = frozenset(options.pop("features", ()))
    return Case(0, {"train.py": text}, "train.py", features, epochs=4, batches=5, **options)


PER_BATCH = script("T_max=4", "optimizer.step()\nscheduler.step()")
PER_EPOCH = script("T_max=4", "optimizer.step()", "scheduler.step()")


def answer(recording: Recording, **changes: Any) -> Any:
    """Return a right answer to the one schedule of ``recording``, with changes."""
    schedule = recording.schedules[0]
    optimizer = recording.optimizer(schedule)
    predicted = {
        "scheduler": schedule.name,
        "variable": "scheduler",
        "location": {"row": schedule.place.row, "column": 13},
        "optimizer": {"class": "SGD", "variable": "optimizer", "location": {}, "lr": [0.1]},
        "horizon": {"parameter": "T_max", "expression": "4", "value": 4, "unit": "epoch"},
        "steps": {"expression": "", "value": schedule.steps, "sites": []},
        "optimizer_steps": {"expression": "", "value": optimizer.steps},
        "unresolved": [],
        "lr": [list(group) for group in optimizer.lr],
        **changes,
    }
    return {"schema": 1, "files": [{"filename": "/tmp/x/train.py", "schedules": [predicted]}]}


def kinds(case: Case, recording: Recording, data: Any) -> list[str]:
    return [outcome.kind for outcome in compare(case, recording, data)]


def finding(code: str, row: int) -> Any:
    location = {"row": row, "column": 1}
    return {"code": code, "message": "", "filename": "train.py", "location": location}


def test_recording() -> None:
    recording = run(PER_EPOCH)
    (schedule,) = recording.schedules
    (optimizer,) = recording.optimizers
    assert (schedule.name, schedule.place, schedule.steps) == (
        "CosineAnnealingLR",
        ("train.py", 6),
        4,
    )
    assert schedule.arguments == {"T_max": 4, "eta_min": 0.0, "last_epoch": -1}
    assert schedule.explicit == {"optimizer", "T_max"}
    assert optimizer.steps == 20
    assert optimizer.lr[0][:6] == [0.1] * 5 + [pytest.approx(0.1 * (1 + 2**-0.5) / 2)]
    assert recording.error is None


def test_composites_own_their_children() -> None:
    case = next(c for c in map(generate, range(200)) if c.has("family:sequential", "fault:none"))
    recording = run(case)
    names = [s.name for s in recording.schedules]
    assert "SequentialLR" in names
    assert len(recording.schedulers) >= 3
    assert all(s.steps == 0 for s in recording.schedulers if s.parent is not None)


def test_a_right_answer_is_exact() -> None:
    recording = run(PER_EPOCH)
    assert kinds(PER_EPOCH, recording, answer(recording)) == ["exact"]


@pytest.mark.parametrize(
    "changes",
    [
        {"lr": [[0.1] * 20]},
        {"lr": [[0.1] * 19]},
        {"lr": []},
        {"steps": {"value": 5}},
        {"steps": {"value": None}},
        {"optimizer_steps": {"value": 21}},
        {"horizon": {"parameter": "T_max", "value": 5}},
    ],
)
def test_a_wrong_answer_is_wrong(changes: dict[str, Any]) -> None:
    recording = run(PER_EPOCH)
    assert kinds(PER_EPOCH, recording, answer(recording, **changes)) == ["wrong"]


def test_rounding_is_not_a_difference() -> None:
    recording = run(PER_EPOCH)
    nearly = [[lr * (1 + 5e-10) for lr in recording.optimizers[0].lr[0]]]
    assert kinds(PER_EPOCH, recording, answer(recording, lr=nearly)) == ["exact"]
    off = [[lr * (1 + 2e-9) for lr in recording.optimizers[0].lr[0]]]
    assert kinds(PER_EPOCH, recording, answer(recording, lr=off)) == ["wrong"]


def test_what_is_not_an_answer() -> None:
    recording = run(PER_EPOCH)
    data = answer(recording, lr=None, unresolved=["len(train_loader)"])
    assert kinds(PER_EPOCH, recording, data) == ["undecided"]
    data = answer(recording, location={"row": 7, "column": 1})
    assert kinds(PER_EPOCH, recording, data) == ["missing", "invented"]
    assert kinds(PER_EPOCH, recording, {"schema": 1, "files": []}) == ["missing"]


def test_a_script_that_raises_is_compared_up_to_there() -> None:
    case = script("T_max=0", "optimizer.step()", "scheduler.step()", raises="ZeroDivisionError")
    recording = run(case)
    assert type(recording.error).__name__ == case.raises
    data = answer(recording, lr=[[0.1] * 20], steps={"value": 4}, horizon=None)
    assert kinds(case, recording, data) == ["exact"]
    data = answer(recording, lr=[[0.2] * 20], horizon=None)
    assert kinds(case, recording, data) == ["wrong"]


def test_two_schedulers_of_one_line_are_paired() -> None:
    case = next(c for c in map(generate, range(3000)) if c.has("build:factory-twice"))
    recording = run(case)
    one, two = recording.schedules
    assert one.place == two.place
    schedules = [
        {
            "scheduler": s.name,
            "location": {"row": s.place.row, "column": 1},
            "steps": {"value": s.steps},
            "optimizer_steps": {"value": recording.optimizer(s).steps},
            "lr": recording.optimizer(s).lr,
        }
        for s in (two, one)
    ]
    data = {"files": [{"filename": case.entry, "schedules": schedules}]}
    assert kinds(case, recording, data) == ["exact", "exact"]
    data = {"files": [{"filename": case.entry, "schedules": schedules[:1]}]}
    assert sorted(kinds(case, recording, data)) == ["exact", "missing"]


TRUE = [
    ("LR101", PER_BATCH, 14),
    ("LR102", script("T_max=20", "optimizer.step()", "scheduler.step()"), 14),
    ("LR103", script("T_max=4", "optimizer.step()"), 6),
    ("LR104", script("T_max=20", "scheduler.step()\noptimizer.step()"), 14),
    ("LR105", script("T_max=8", "optimizer.step()", "scheduler.step()\nscheduler.step()"), 15),
    ("LR106", script("T_max=4", "optimizer.step()", "scheduler.step(0.5)"), 14),
    ("LR201", script("T_max=8", "optimizer.step()", "scheduler.step()"), 6),
    ("LR207", script("T_max=0", "optimizer.step()", "scheduler.step()"), 6),
    ("LR301", script("T_max=20", "optimizer.step()\nscheduler.step()"), 6),
    ("LR302", script("T_max=4, eta_min=0.2", "optimizer.step()", "scheduler.step()"), 6),
    ("LR305", PER_BATCH, 6),
    ("LR405", script("T_max=4", "optimizer.step()", "scheduler.step(); scheduler.get_lr()"), 14),
]
FALSE = [
    ("LR101", PER_EPOCH, 14),
    ("LR102", PER_BATCH, 14),
    ("LR103", PER_EPOCH, 6),
    ("LR104", PER_EPOCH, 14),
    ("LR105", PER_EPOCH, 14),
    ("LR106", PER_EPOCH, 14),
    ("LR201", PER_EPOCH, 6),
    ("LR207", PER_EPOCH, 6),
    ("LR301", PER_EPOCH, 6),
    ("LR302", PER_EPOCH, 6),
    ("LR305", PER_EPOCH, 6),
    ("LR401", PER_EPOCH, 6),
    ("LR405", PER_EPOCH, 6),
    ("LR409", PER_EPOCH, 6),
]


@pytest.mark.parametrize(("code", "case", "row"), TRUE, ids=[t[0] for t in TRUE])
def test_a_true_finding_is_not_contradicted(code: str, case: Case, row: int) -> None:
    assert contradiction(case, run(case), finding(code, row)) == ""


@pytest.mark.parametrize(("code", "case", "row"), FALSE, ids=[f[0] for f in FALSE])
def test_a_false_finding_is_contradicted(code: str, case: Case, row: int) -> None:
    assert contradiction(case, run(case), finding(code, row))


def test_an_unknown_code_has_no_claim() -> None:
    assert contradiction(PER_EPOCH, run(PER_EPOCH), finding("LR999", 6)) is None
    assert {"LR101", "LR201", "LR301", "LR409"} <= set(CLAIMS)


def _generated(*features: str) -> Case:
    cases = (c for c in map(generate, range(4000)) if c.has(*features) and c.raises is None)
    return next(c for c in cases if (c.epochs or 0) > 1)


@pytest.mark.parametrize(
    ("code", "feature"),
    [
        ("LR401", "fault:optimizer-replaced"),
        ("LR405", "fault:get-lr-call"),
        ("LR409", "fault:rebuilt-every-epoch"),
        ("LR103", "cadence:never"),
        ("LR105", "cadence:twice"),
        ("LR104", "cadence:epoch-start"),
        ("LR104", "cadence:before-optimizer"),
    ],
)
def test_faults_of_the_generator_are_known(code: str, feature: str) -> None:
    case = _generated(feature, "skeleton:epochs")
    recording = run(case)
    row = recording.schedules[-1].place.row
    assert contradiction(case, recording, finding(code, row)) == ""
    good = _generated("cadence:epoch", "fault:none", "family:single", "training:loops-in-line")
    recording = run(good)
    row = recording.schedules[-1].place.row
    assert contradiction(good, recording, finding(code, row))


def test_sure_mistakes_are_found_among_the_scripts() -> None:
    found: set[str] = set()
    for seed in range(700):
        case = generate(seed)
        if case.has("scheduler:cosine", "fault:none", "build:in-line", "writing:direct"):
            found.update(expected(case, run(case)))
    assert found == {"LR101", "LR201", "LR301"}


def test_report_names_what_failures_share() -> None:
    cases = [generate(seed) for seed in range(20)]
    recording = run(PER_EPOCH)
    wrong = compare(PER_EPOCH, recording, answer(recording, lr=[[0.5] * 20]))
    right = compare(PER_EPOCH, recording, answer(recording))
    verdicts = [
        Verdict(case, wrong if case.has("layout:flat") else right)
        for case in cases
        if not case.may_abstain
    ]
    report = Sweep(verdicts).report()
    assert "layout:flat" in report
    assert "group 0, step 0: 0.5, torch 0.1" in report
    assert report.count("--- seed") == 3
