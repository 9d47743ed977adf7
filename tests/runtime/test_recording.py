"""Recordings as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrlint.facts import Departure
from lrlint.runtime.recording import Recording, RecordingError
from lrlint.runtime.track import Track

from .test_run_report import TRACK


def test_a_recording_is_saved_and_loaded(tmp_path: Path) -> None:
    departure = Departure(step=2, group=0, used=0.9, expected=0.05, writer="a write")
    recording = Recording((TRACK, Track(**{**vars(TRACK), "first_divergence": departure})))
    path = tmp_path / "run.json"
    recording.save(path)
    loaded = Recording.load(path)
    assert loaded.to_json() == recording.to_json()
    assert loaded.schedules[1].first_divergence == departure


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "holds no recording"),
        ("[1]", "holds no recording"),
        ('{"lrlint-recording": 1, "schedules": [{"sch', "holds no recording"),
        ('{"lrlint-recording": 99}', "is of version 99"),
        ('{"lrlint-recording": 1, "schedules": [{}]}', "holds no recording"),
    ],
)
def test_a_file_that_holds_none(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(RecordingError, match=reason) as caught:
        Recording.load(path)
    assert "\n" not in str(caught.value)
