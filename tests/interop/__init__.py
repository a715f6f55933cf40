"""Other people's programs against the running demo: ``make interop``. ``docs/interop.md`` says what each proves.

A peer is a program in this folder, ``<peer>.mjs`` or ``<peer>.py``, that uses one library of strangers and nothing
of ours. A test starts it in the peers' environment (``tests.interop.peers``) and talks with it in lines of JSON.
"""
