"""The abstract interpreter: one module for each kind of syntax, on one `Machine`."""
