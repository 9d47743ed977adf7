"""The rules asked about a run."""

from __future__ import annotations

import pytest
from torch.optim import lr_scheduler as lrs

from lrlint.linter.settings import Settings
from lrlint.rule import Rule, load_rules
from lrlint.runtime.facts_of_run.training_facts import training_of
from lrlint.runtime.run_judge import RunJudge

from .trainings import model, optimizer_of, recorded, update


def test_a_bug_in_one_rule_does_not_cost_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded() as session:
        optimizer = optimizer_of(model())
        scheduler = lrs.LambdaLR(optimizer, lambda step: -1.0)
        for _ in range(3):
            update(optimizer)
            scheduler.step()
    training = training_of(session.recorder)
    broken = next(type(rule) for rule in load_rules() if rule.code == "LR901")

    def fail(self: Rule, training: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(broken, "check_training", fail)
    judge = RunJudge(Settings())
    codes = {diagnostic.code for diagnostic in judge.judge(training, finished=True)}
    assert "LR904" in codes
    (line,) = judge.failures
    assert line.startswith("internal error in rule LR901 ")
    assert [source.name for source in judge.sources.values()] == [*judge.sources]


def test_what_depends_on_the_length_waits_for_the_end() -> None:
    with recorded() as session:
        optimizer = optimizer_of(model())
        scheduler = lrs.CosineAnnealingLR(optimizer, T_max=2, eta_min=1e-3)
        session.recorder.epochs = 6
        for _ in range(6):
            for _ in range(3):
                update(optimizer)
            scheduler.step()
    training, judge = training_of(session.recorder), RunJudge(Settings())
    assert "LR201" in {finding.code for finding in judge.judge(training, finished=True)}
    assert judge.judge(training, finished=False) == ()
