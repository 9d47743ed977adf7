"""The rules that lrlint ships, one file each."""
