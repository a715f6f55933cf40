"""Commands of Agent0: one file each."""
