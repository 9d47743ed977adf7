"""Places in the script: nodes as rows and columns, and edits of the text there."""
