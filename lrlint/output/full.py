"""The format for people: every finding with its source lines."""

from __future__ import annotations

from collections.abc import Sequence

from lrlint.diagnostics import Diagnostic, Related, Sketch, position
from lrlint.fix import Applicability, Fix
from lrlint.output import Lines, Results, Style
from lrlint.output.colour import Paint
from lrlint.output.frame import Frame, Mark, shown_rows
from lrlint.output.summary import summary
from lrlint.output.text import clean

_File = tuple[str, "int | None"]


def render(results: Results, style: Style) -> str:
    """Return all findings, a blank line after each, and the summary."""
    paint = Paint(style.colour, style.hyperlinks)
    blocks = [
        "\n".join(finding(diagnostic, results.lines, style, paint)) + "\n\n"
        for diagnostic in results.diagnostics
    ]
    return "".join(blocks) + summary(results, paint)


def finding(diagnostic: Diagnostic, lines: Lines, style: Style, paint: Paint) -> list[str]:
    """Return the rows of one finding."""
    role = diagnostic.severity.label
    marks, notes = _marks(diagnostic, lines)
    shown = {file: _source(lines, file) for file in marks}
    rows = [
        row for file, source in shown.items() if source for row in shown_rows(source, marks[file])
    ]
    gutter = len(str(max(rows, default=0))) if rows else 1
    bar = paint("gutter", " " * gutter + " |")
    output = [
        paint.code(diagnostic) + paint("bold", f" {diagnostic.name}: {clean(diagnostic.message)}")
    ]
    for number, (file, source) in enumerate(shown.items()):
        at = diagnostic.location if number == 0 else marks[file][0].start
        if number > 0:
            output.append(bar)
        arrow = paint("gutter", ":::" if number > 0 else "-->")
        output.append(f"{' ' * gutter}{arrow} {clean(position(*file, at))}")
        if source and shown_rows(source, marks[file]):
            frame = Frame(
                source, marks[file], gutter=gutter, width=style.width, paint=paint, role=role
            )
            output += [bar, *frame.render()]
    if rows:
        output.append(bar)
    for note in notes:
        where = clean(position(note.filename, note.cell, note.location))
        output.append(_footer(gutter, paint, "note", f"{clean(note.message)} ({where})"))
    output += [_sketch(one, gutter, style, paint) for one in diagnostic.sketches]
    if diagnostic.fix is not None:
        output.append(_footer(gutter, paint, "help", help_text(diagnostic.fix)))
    return output


def help_text(fix: Fix) -> str:
    """Return what the fix does and which option applies it."""
    option = "--fix" if fix.applicability is Applicability.SAFE else "--fix --unsafe-fixes"
    return f"{clean(fix.message)} ({option})"


def _footer(gutter: int, paint: Paint, label: str, text: str) -> str:
    return f"{' ' * gutter} {paint('gutter', '=')} {paint('bold', label + ':')} {text}"


def _sketch(sketch: Sketch, gutter: int, style: Style, paint: Paint) -> str:
    """Return a curve of the LR in a row, with its numbers where they fit."""
    blocks = _BLOCKS if style.unicode else _ASCII
    curve = sketch.levels.translate({ord(level): sign for level, sign in blocks.items()})
    row = f"{' ' * (_LABEL - len(sketch.label))}{curve}"
    width = style.width - gutter - len(" =  :") - len(sketch.label) - len(row)
    text = f" {sketch.text}" if len(sketch.text) < width else ""
    return _footer(gutter, paint, sketch.label, f"{row}{text}".rstrip())


_BLOCKS = dict(zip("01234567x", "▁▂▃▄▅▆▇█▒", strict=True))
_ASCII = dict(zip("01234567x", "_.-:=+*#%", strict=True))
"""For terminals that have no other characters."""
_LABEL = len("planned")


def _source(lines: Lines, file: _File) -> Sequence[str] | None:
    return lines(*file)


def _marks(diagnostic: Diagnostic, lines: Lines) -> tuple[dict[_File, list[Mark]], list[Related]]:
    """Return the marks of each file, the finding's first, and the notes without a source line."""
    home = (diagnostic.filename, diagnostic.cell)
    primary = Mark(diagnostic.location, diagnostic.end_location, primary=True)
    marks: dict[_File, list[Mark]] = {home: [primary]}
    notes: list[Related] = []
    for related in diagnostic.related:
        file = (related.filename, related.cell)
        source = lines(*file)
        if source is None or related.location.row > len(source):
            notes.append(related)
            continue
        mark = Mark(related.location, related.end_location, clean(related.message))
        same = file == home and (mark.start, mark.end) == (primary.start, primary.end)
        if same and not marks[home][0].label:
            marks[home][0] = Mark(mark.start, mark.end, mark.label, primary=True)
        else:
            marks.setdefault(file, []).append(mark)
    return marks, notes
