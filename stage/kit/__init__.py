"""The kit: the only part of the stage that the three parties may import.

Boilerplate settings, environment variables, addresses and the cast. It holds no OAuth: what a party
trusts and who it is stands in that party's own ``settings.py``.
"""
