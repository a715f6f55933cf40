"""The registry: checks, faults, hops, claims and parameters as data in one place (docs/decisions/0009).

A number such as R7 means the same in the code, the log, the pages, the corpus, the docs and on a stage. What it is
called, why it exists and who mends it stands here once; ``tests/house`` holds everybody else against it.

Deliberately does not: decide anything. A check is a function of the party that runs it (``xaa.checks``).
"""
