"""What the interpreter computes with: values, conditions, the trace of events."""
