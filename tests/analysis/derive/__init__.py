"""From a trace to facts."""
