"""Code actions: the fix of each finding, all safe fixes at once, and a comment that silences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lsprotocol import types

from lrlint.server.documents import Documents, overlap
from lrlint.server.tasks import Checked, Edits, Reported

FIX_ALL = "source.fixAll.lrlint"
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL)


def for_findings(
    checked: Checked, uri: str, place: types.Range, documents: Documents, *, versioned: bool
) -> Iterator[types.CodeAction]:
    """Yield the actions for the findings at a place."""
    for reported in checked.findings:
        if reported.uri == uri and overlap(reported.diagnostic.range, place):
            yield from _for_finding(reported, documents, versioned=versioned)


def _for_finding(
    reported: Reported, documents: Documents, *, versioned: bool
) -> Iterator[types.CodeAction]:
    repair, comment = reported.repair, reported.suppression
    if repair is not None:
        yield types.CodeAction(
            title=repair.title if repair.safe else f"{repair.title} (may change behaviour)",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[reported.diagnostic],
            is_preferred=True if repair.safe else None,
            edit=workspace_edit(repair.edits, documents, versioned=versioned),
        )
    if comment is not None:
        yield types.CodeAction(
            title=f"Suppress {reported.diagnostic.code} here",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[reported.diagnostic],
            edit=workspace_edit(comment, documents, versioned=versioned),
        )


def fix_all(edits: Edits, documents: Documents, *, versioned: bool) -> types.CodeAction:
    """Return the action that applies all safe fixes of a document."""
    return types.CodeAction(
        title="lrlint: apply all safe fixes",
        kind=FIX_ALL,
        edit=workspace_edit(edits, documents, versioned=versioned),
    )


def has_safe_fix(checked: Checked, uris: Iterable[str]) -> bool:
    """Whether a finding in one of the documents has a safe fix."""
    own = set(uris)
    return any(
        reported.repair is not None and reported.repair.safe and reported.uri in own
        for reported in checked.findings
    )


def wants(only: Sequence[str] | None, kind: str) -> bool:
    """Whether a client asks for a kind of action: for all, for this one, or for a wider one."""
    return only is None or any(kind == wide or kind.startswith(f"{wide}.") for wide in only)


def workspace_edit(edits: Edits, documents: Documents, *, versioned: bool) -> types.WorkspaceEdit:
    """Return edits as the client takes them; with versions, none is applied to a newer text."""
    if not versioned:
        return types.WorkspaceEdit(changes={uri: list(changed) for uri, changed in edits.items()})
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri, documents.version(uri)),
                list(changed),
            )
            for uri, changed in edits.items()
        ]
    )
