"""lrlint within other tools: flake8, pytest, Lightning, transformers. One module each."""
