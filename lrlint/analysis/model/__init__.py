"""The data of the analyser: values, conditions, the trace of events."""
