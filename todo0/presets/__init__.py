"""Named sets of rules: what each says, and what each would have answered to the requests of the log."""
