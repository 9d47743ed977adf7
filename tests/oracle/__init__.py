"""The random-script oracle: training scripts by the thousand, run by torch, predicted by lrlint."""
