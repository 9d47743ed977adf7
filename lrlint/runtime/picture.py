"""A recording as a picture: a PNG or SVG image."""

from __future__ import annotations

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
        svg: str = self._convert.vegalite_to_svg(spec)
        return svg.encode()
