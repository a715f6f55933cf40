"""The root of every error that ``xaa`` raises on purpose, so that one ``except XaaError`` catches them all.

Deliberately does not: hold messages. Each error says for itself what was expected, what was found and who can
mend it, and none holds a token or a secret.
"""


class XaaError(Exception):
    """Something about Cross App Access did not work; the subclass says which part."""
