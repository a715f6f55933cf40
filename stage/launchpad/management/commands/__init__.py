"""Commands of the stage: one file each."""
