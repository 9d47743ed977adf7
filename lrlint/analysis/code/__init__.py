"""The modules of a script: their trees, and what one walk over a tree says."""
