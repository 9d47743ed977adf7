"""From a change that a rule asks for to edits of the text.

`rewrite` is where they begin; libcst's tree of the statement (`concrete`) says where its brackets,
commas and comments are.
"""
