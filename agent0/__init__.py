"""Agent0, the requesting app: people sign in at their company, and its worker acts for them at Todo0.

Its rooms: ``assistant`` (the pages), ``jobs`` (what runs in the worker), ``tokens`` (the person's tokens,
sealed).
"""
