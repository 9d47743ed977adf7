"""A recording as a picture: one HTML file that needs no network, or a PNG or SVG image."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from lrlint.errors import UserError
from lrlint.runtime.chart import chart
from lrlint.runtime.recording import Recording
from lrlint.source import replace_file


class Picture:
    """Writes a recording to a file. Raises UserError at once where the libraries are missing."""

    def __init__(self, path: Path) -> None:
        try:
            import altair  # noqa: F401  # both of the extra `report`, which most installations lack
            import vl_convert
        except ImportError as error:
            raise UserError(
                f"--report {path}: needs the extra `report` (pip install 'lrlint[report]'): {error}"
            ) from error
        self._path = path
        self._convert: Any = vl_convert

    def write(self, recording: Recording) -> None:
        """Draw it into the file, all of it or nothing; an OSError says why not."""
        replace_file(self._path, self._render(recording))

    def _render(self, recording: Recording) -> bytes:
        spec = chart(recording.schedules, recording.findings).to_dict()
        if self._path.suffix == ".png":
            png: bytes = self._convert.vegalite_to_png(spec, scale=2)
            return png
        if self._path.suffix == ".svg":
            svg: str = self._convert.vegalite_to_svg(spec)
            return svg.encode()
        page: str = self._convert.vegalite_to_html(spec, bundle=True)
        return _with_findings(page, recording).encode()


def _with_findings(page: str, recording: Recording) -> str:
    """Add a title, and the findings as text below the picture."""
    entries = [
        f"<li><b>{finding.severity.label} {finding.code} {html.escape(finding.name)}</b> "
        f"{html.escape(finding.filename)}:{finding.location.row}<br>"
        f"{html.escape(finding.message)}</li>"
        for finding in recording.findings
    ]
    text = f"<ul>{''.join(entries)}</ul>" if entries else "<p>No findings in this run.</p>"
    style = "<style>body{font-family:system-ui,sans-serif;margin:2em}li{margin:.6em 0}</style>"
    page = page.replace("<head>", f"<head><title>lrlint run</title>{style}", 1)
    head, end, tail = page.rpartition("</body>")
    return f"{head}<h2>Findings</h2>{text}{end}{tail}"
