"""A corpus of bad messages, as data; README.md says how to read and reuse it."""
