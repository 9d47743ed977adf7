"""From a change that a rule asks for to edits of the text; `rewrite` is where they begin."""
