"""Who is counted, and as what: a few parts, such as ``("client", client_id, address)``, and their digest.

Deliberately does not: keep the parts. People type passwords into login fields, and a table is read by many.
"""

import hashlib

Subject = tuple[str, ...]


def digest_of(subject: Subject) -> str:
    """The lengths keep two subjects that run together into one text apart."""
    text = "".join(f"{len(part)}:{part}" for part in subject)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
