"""The language server: what lrlint knows of a script, in an editor and while it is typed.

The process that talks to the editor (``server``) holds its documents and answers at once. The work
is done in a second process (``worker``, ``work``), which sees the unsaved text of all documents and
answers in the protocol's own terms.
"""
