"""The names of the modules that Lightning is imported from."""

MODULES = (
    "lightning",
    "lightning.pytorch",
    "pytorch_lightning",
)
