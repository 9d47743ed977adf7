"""LRs that a script writes by hand: recorded, compared with how the script reads, and judged."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

import lrlint
from lrlint.diagnostics import Diagnostic
from lrlint.linter.engine import lint
from lrlint.linter.settings import Settings
from lrlint.runtime.planned_schedules import plan_of
from lrlint.runtime.recording import Recording
from lrlint.runtime.session import Mode, Session
from lrlint.runtime.verdicts import Judgement, judge

from .trainings import parameters

TRAINING = """
import argparse
import math
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int, default=30)
parser.add_argument("--peak", type=float, default=0.2)
opts = parser.parse_args()
net = torch.nn.Linear(3, 1)
solver = torch.optim.SGD(net.parameters(), lr=opts.peak)
batches = torch.utils.data.DataLoader(torch.ones(12, 3), batch_size=4)
done = 0
for turn in range(opts.rounds):
    {per_epoch}
    for batch in batches:
        {per_step}
        solver.zero_grad()
        net(batch).sum().backward()
        solver.step()
        done += 1
"""
BY_HAND = "solver.param_groups[0]['lr'] = {}"


class Run:
    """A script that was linted, read, and run."""

    def __init__(
        self, recording: Recording, static: Sequence[Diagnostic], verdicts: Sequence[Judgement]
    ) -> None:
        self.recording = recording
        self.codes = {one.code for one in recording.findings}
        self.verdicts = {
            finding.code: verdict.verdict.value
            for finding, verdict in zip(static, verdicts, strict=True)
        }


def run(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *options: str,
    per_epoch: str = "pass",
    per_step: str = "pass",
    training: str = TRAINING,
) -> Run:
    """Run the training as `lrlint run` does, within this process."""
    script = folder / "fit.py"
    script.write_text(training.format(per_epoch=per_epoch, per_step=per_step))
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["fit.py", *options])
    static = lint([script], Settings()).diagnostics
    session = Session(Mode.RECORD)
    session.expect(plan_of(script, ("fit.py", *options)))
    session.start()
    try:
        namespace = runpy.run_path(str(script), run_name="__main__")
    finally:
        session.stop()
    assert session.hooks.failure is None
    recording = session.recording()
    del namespace
    laws = session.lines_of_own_laws()
    verdicts = judge(static, recording.findings, recording.schedules, own_laws=laws)
    return Run(recording, static, verdicts)


def test_a_right_schedule_is_what_the_script_predicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = run(tmp_path, monkeypatch, per_epoch=BY_HAND.format("opts.peak * (1 - turn / 30)"))
    (track,) = ran.recording.schedules
    assert (track.scheduler, track.filename, track.row) == ("get_lr", "fit.py", 15)
    assert (track.optimizer_steps, track.scheduler_steps, track.epochs) == (90, 30, 30)
    assert track.expected is not None
    assert track.max_relative_error == pytest.approx(0, abs=1e-12)
    assert ran.codes == set()
    assert track.to_json()["scheduler"] == "get_lr"


def test_a_cosine_that_is_too_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    law = "0.1 * (1 + math.cos(math.pi * done / 60))"
    ran = run(tmp_path, monkeypatch, per_step=BY_HAND.format(law))
    assert ran.codes == {"LR201"}
    assert ran.verdicts == {"LR201": "confirmed"}


def test_the_command_line_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    law = BY_HAND.format("opts.peak * (0.1 if turn >= 20 else 1)")
    assert run(tmp_path, monkeypatch, per_epoch=law).codes == set()
    short = run(tmp_path, monkeypatch, "--rounds", "12", "--peak=0.4", per_epoch=law)
    assert short.codes == {"LR205"}
    assert short.recording.schedules[0].lr[0][0] == 0.4


def test_a_claim_about_other_numbers_is_refuted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = BY_HAND.format("opts.peak * (0.1 if turn >= 40 else 1)")
    assert run(tmp_path, monkeypatch, per_epoch=law).verdicts == {"LR205": "confirmed"}
    longer = run(tmp_path, monkeypatch, "--rounds=60", per_epoch=law)
    assert longer.codes == set()
    assert longer.verdicts == {"LR205": "refuted"}


def test_a_decay_that_compounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    law = "solver.param_groups[0]['lr'] *= 0.1 ** (turn // 10)"
    assert run(tmp_path, monkeypatch, per_epoch=law).verdicts == {"LR701": "confirmed"}


@pytest.mark.parametrize("rounds", ["1", "2"])
def test_a_short_run_does_not_show_that_no_decay_compounds(
    rounds: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = "solver.param_groups[0]['lr'] *= 0.9 ** turn"
    ran = run(tmp_path, monkeypatch, "--rounds", rounds, per_epoch=law)
    assert ran.verdicts == {"LR701": "not-exercised"}


def test_what_cannot_be_predicted_is_shown_and_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = BY_HAND.format("0.1 / (1 + float(net.weight.detach().abs().sum()))")
    ran = run(tmp_path, monkeypatch, per_step=law)
    (track,) = ran.recording.schedules
    assert track.scheduler == "get_lr"
    assert (track.expected, track.max_relative_error) == (None, None)
    assert ran.codes == set()


def test_zeros_need_no_prediction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    law = BY_HAND.format("0.1 * float(net.weight.numel() * 5 > done)")
    ran = run(tmp_path, monkeypatch, per_step=law)
    (found,) = ran.recording.findings
    assert found.code == "LR305"
    assert "the last 75 of 90 optimizer steps" in found.message


def test_a_watch_shows_an_lr_that_changes_and_no_other() -> None:
    first, second = (torch.optim.SGD(parameters(), lr=0.1) for _ in range(2))
    with lrlint.watch(first, second, mode="record") as watch:
        for step in range(4):
            first.param_groups[0]["lr"] = 0.1 / (step + 1)
            first.step()
            second.step()
    (track,) = watch.recording.schedules
    assert track.scheduler == "get_lr"
    assert track.lr == ((0.1, 0.05, 0.1 / 3, 0.025),)


GOES_ON = """
import argparse
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--resume", default="")
parser.add_argument("--last", type=int, default=99)
opts = parser.parse_args()
net = torch.nn.Linear(3, 1)
solver = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
batches = torch.utils.data.DataLoader(torch.ones(12, 3), batch_size=4)
start = done = 0
if opts.resume:
    state = torch.load(opts.resume)
    {per_epoch}
for turn in range(start, 12):
    {per_step}
    for batch in batches:
        solver.zero_grad()
        net(batch).sum().backward()
        solver.step()
    done += 1
    torch.save({{"turn": turn + 1, "solver": solver.state_dict()}}, "turn.pt")
    if turn == opts.last:
        break
"""
TURN, SOLVER = "start = state['turn']", "solver.load_state_dict(state['solver'])"


@pytest.mark.parametrize(
    ("resume", "law", "verdicts"),
    [
        (f"{TURN}; {SOLVER}", "0.2 * (1 - turn / 12)", {}),
        (f"{TURN}; {SOLVER}; done = start", "0.2 * (1 - done / 12)", {}),
        (f"{TURN}; {SOLVER}", "0.2 * (1 - done / 12)", {"LR209": "confirmed"}),
        (SOLVER, "0.2 * (1 - turn / 12)", {"LR209": "confirmed"}),
        (TURN, "solver.param_groups[0]['lr'] * 0.8", {"LR209": "confirmed"}),
        (f"{TURN}; {SOLVER}", "solver.param_groups[0]['lr'] * 0.8", {}),
    ],
)
def test_a_resume_that_starts_over(
    resume: str,
    law: str,
    verdicts: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts = {"per_epoch": resume, "per_step": BY_HAND.format(law), "training": GOES_ON}
    begun = run(tmp_path, monkeypatch, "--last=4", **parts)
    assert "LR209" not in begun.codes
    assert begun.verdicts == dict.fromkeys(verdicts, "not-exercised")
    resumed = run(tmp_path, monkeypatch, "--resume=turn.pt", **parts)
    assert resumed.codes == {*verdicts}
    assert resumed.verdicts == verdicts
