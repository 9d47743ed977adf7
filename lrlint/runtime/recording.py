"""What a run was: one `Track` per schedule, and the findings."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lrlint.diagnostics import Diagnostic
from lrlint.errors import UserError
from lrlint.output.text import clean
from lrlint.runtime.chart import chart
from lrlint.runtime.html_parts import findings_list, schedule_section
from lrlint.runtime.track import Track
from lrlint.runtime.track_words import counts, title
from lrlint.source import replace_file

SCHEMA = 1
"""The version of the JSON form and of saved files."""


class RecordingError(UserError):
    """A file that holds no recording, or one of another version; the message says which."""


@dataclass(frozen=True, repr=False)
class Recording:
    """All schedules of one run, and what the rules say of them."""

    schedules: tuple[Track, ...]
    findings: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()
    """What was lost, and why: a hook that failed, a disk that was full."""
    incomplete: bool = False
    """Whether the recorder has failed: there may be schedules and steps that are not here."""

    def to_json(self) -> list[dict[str, Any]]:
        """Return the ``schedules`` of ``lrlint run --output-format json``."""
        return [track.to_json() for track in self.schedules]

    def plot(self) -> Any:
        """Return an Altair chart of the LR used and scheduled; needs the extra ``report``."""
        return chart(self.schedules, self.findings)

    def __repr__(self) -> str:
        steps = ", ".join(f"{clean(title(one))}: {counts(one)}" for one in self.schedules)
        return f"<Recording: {steps or 'no schedules'}; findings: {len(self.findings)}>"

    def _repr_html_(self) -> str:
        return "".join(map(schedule_section, self.schedules)) + findings_list(self.findings)

    def save(self, path: str | Path) -> None:
        """Write the schedules to a JSON file, all of it or nothing (an OSError says why not)."""
        tracks = [asdict(track) for track in self.schedules]
        text = json.dumps({"lrlint-recording": SCHEMA, "schedules": tracks}, allow_nan=True)
        replace_file(path, text.encode())

    @staticmethod
    def load(path: str | Path) -> Recording:
        """Read a saved recording; its findings are not part of the file.

        Raises RecordingError where the file holds none, is cut short, or is of another version.
        """
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
        except (ValueError, UnicodeDecodeError) as error:
            raise RecordingError(f"{path}: holds no recording ({error})") from error
        version = data.get("lrlint-recording") if isinstance(data, dict) else None
        if version != SCHEMA:
            what = "holds no recording" if version is None else f"is of version {version}"
            raise RecordingError(f"{path}: {what}")
        try:
            return Recording(tuple(Track.from_saved(saved) for saved in data["schedules"]))
        except (KeyError, TypeError) as error:
            raise RecordingError(f"{path}: holds no recording ({error})") from error
