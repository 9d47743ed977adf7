"""The linter: configuration and selection, the engine, diagnostics, fixes."""
