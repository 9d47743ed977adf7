"""`--report run.html`, and what a notebook shows of a watch."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR

import lrlint
from lrlint.diagnostics import Diagnostic, Severity
from lrlint.runtime.html_page import page, write_page
from lrlint.runtime.recording import Recording
from lrlint.runtime.run_report import Origin, RunReport
from lrlint.runtime.verdicts import Judgement, Verdict
from lrlint.runtime.watch import Watch
from lrlint.span import Location

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
HOSTILE = "<img src=x onerror=alert(1)>\x1b[31m"


@pytest.fixture(scope="module")
def watched() -> Watch:
    with lrlint.watch(mode="record") as watch:
        optimizer = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=0.1)
        scheduler = LambdaLR(optimizer, lambda step: 1 - step / 50)
        for step in range(30):
            if step == 20:
                optimizer.param_groups[0]["lr"] = 0.5
            optimizer.step()
            scheduler.step()
    return watch


def report(recording: Recording, static: Sequence[Diagnostic] = ()) -> RunReport:
    return RunReport(
        status=0,
        recording=recording,
        static=tuple(static),
        judgements=tuple(Judgement(Verdict.REFUTED) for _ in static),
        sources={},
        origin=Origin(
            command=("fit.py", "--name", HOSTILE),
            versions={"torch": "2.13"},
            began="2026-01-01 10:00:00 +0000",
            seconds=12.5,
        ),
    )


def finding(text: str) -> Diagnostic:
    return Diagnostic(
        "LR201", text, Severity.ERROR, text, f"{text}.py", Location(3, 1), Location(3, 9)
    )


def test_the_page_asks_for_nothing_and_says_where_it_comes_from(watched: Watch) -> None:
    text = page(report(watched.recording, [finding("too short")]))
    assert re.findall(r"<script|<link|src=|@import|url\(", text.replace("img src=x", "")) == []
    assert "viewport" in text
    assert "color-scheme:light dark" in text
    for part in ("fit.py --name", "torch 2.13", "12.5 s", "2026-01-01", "refuted", "LR201"):
        assert part in text
    assert "optimizer step 21 uses an LR of 0.5" in text
    assert "as scheduled" in text
    assert len(text) < 50_000


def test_nothing_of_the_script_is_html(watched: Watch) -> None:
    recording = watched.recording
    (track,) = recording.schedules
    odd = replace(track, scheduler=HOSTILE, optimizer=HOSTILE, filename=HOSTILE)
    hostile = Recording((odd,), (finding(HOSTILE),), notes=(HOSTILE,))
    for text in (page(report(hostile, [finding(HOSTILE)])), hostile._repr_html_()):
        assert "<img" not in text
        assert "\x1b" not in text


def test_short_texts(watched: Watch) -> None:
    said = "LambdaLR, optimizer SGD: 30 optimizer steps, 30 scheduler steps"
    assert repr(watched.recording) == f"<Recording: {said}; findings: 1>"
    assert repr(watched) == f"<Watch, closed: {watched.recording!r}>"
    assert re.fullmatch(
        r"error\[LR901\] trajectory-diverges \(.*:\d+\): .*", repr(watched.findings)
    )
    assert watched._repr_html_() == watched.recording._repr_html_()
    assert watched._repr_html_().count("<svg") == 1
    assert watched.findings._repr_html_().startswith("<ul><li><b>error LR901</b>")
    assert repr(Recording(())) == "<Recording: no schedules; findings: 0>"


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_a_browser_shows_the_page_without_a_network(watched: Watch, tmp_path: Path) -> None:
    write_page(tmp_path / "run.html", report(watched.recording))
    assert CHROMIUM is not None
    done = subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu"),
            *("--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=8000"),
            *("--dump-dom", (tmp_path / "run.html").as_uri()),
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.stdout.count("<svg") == 1
    assert "LR901" in done.stdout
