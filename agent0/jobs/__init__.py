"""What Agent0 does for a person, outside any page: Runs, their Steps, and the worker that takes them.

A Run is started by a person and done once, whatever dies on the way: ``lease`` gives it to one worker at a time,
``sweeper`` finds what a dead worker left, and the Run's idempotency key makes a repeated call at the API the
same call.
"""
