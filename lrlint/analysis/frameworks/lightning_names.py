"""The modules by which Lightning is imported."""

MODULES = (
    "lightning",
    "lightning.pytorch",
    "pytorch_lightning",
)
