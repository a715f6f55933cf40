"""Whom Todo0 trusts: one row per enterprise connection, used for sign-in and for ID-JAGs alike."""
