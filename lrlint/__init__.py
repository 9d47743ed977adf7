"""lrlint: know the learning rate that a PyTorch training script will really use."""

__version__ = "0.1.0"
