"""Watch the LR from within other tools: pytest, Lightning, transformers. One module each."""
