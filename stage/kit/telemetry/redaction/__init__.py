"""What is taken out of an exchange before it leaves the process, and what stands there instead.

Read ``names.py`` (what is secret, by its name), ``notes.py`` (what is put in its place, and noted), ``text.py``
(forms, JSON, HTML, anything), ``headers.py``, ``saml.py``, then ``messages.py``, which applies them.

The rule: a secret leaves nothing but the word, an opaque token its fingerprint, a JWT its header and claims. What
no rule knows by its name is looked for by its form (a JWT) or by its value (the secrets of this process).
"""
