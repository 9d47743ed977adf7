"""Where the arguments of a call stand, with their brackets and commas."""

from __future__ import annotations

from dataclasses import dataclass

from lrlint.analysis.places.sheet import Sheet
from lrlint.syntax import nodes as cst


@dataclass(frozen=True)
class Slot:
    """The stretch of the text that an argument takes."""

    start: int
    end: int
    """Its own brackets included."""
    after: int
    """Behind its comma, or behind itself where it has none."""
    bracketed: bool
    """Whether its value stands in brackets of its own."""

    @property
    def has_comma(self) -> bool:
        """Whether a comma follows."""
        return self.after > self.end


def slots(sheet: Sheet, call: cst.Call) -> list[Slot] | None:
    """The stretches of a call's arguments; None where a generator shares the call's brackets."""
    at = opening(sheet, call) + 1
    found: list[Slot] = []
    for argument in call.args:
        value_start, value_end = sheet.offsets(argument.value)
        if value_start < at:
            return None
        start = sheet.skip(at)
        brackets, at = 0, start
        while at < value_start:  # `name=`, stars and brackets
            brackets += sheet.text[at] == "("
            at = sheet.skip(at + 1)
        end = value_end
        for _ in range(brackets):
            end = sheet.skip(end) + 1
        comma = sheet.skip(end)
        after = comma + 1 if sheet.text[comma] == "," else end
        found.append(Slot(start, end, after, brackets > 0))
        at = after
    return found


def opening(sheet: Sheet, call: cst.Call) -> int:
    """The bracket behind what is called, which may stand in brackets itself."""
    at = sheet.skip(sheet.offsets(call.func)[1])
    while sheet.text[at] != "(":
        at = sheet.skip(at + 1)
    return at
