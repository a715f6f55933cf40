"""The door by which the stage commands a party: ``POST /-/stage/<command>`` with the stage's key.

A party that is no part of a demo has no key, and then the address does not exist (docs/decisions/0009).
"""
