"""The abstract interpreter: a `Machine` holds its state, one module reads each kind of syntax."""
