"""The door: what ``manage.py`` does. Stage machinery that no party imports and an integrator leaves behind.

Everything here runs on the standard library alone, because it runs before anything is installed. Start reading at
``commands.py`` (what there is), then ``demo.py`` (the main one, top to bottom).

Deliberately does not: import Django or a party. It starts them as processes and talks to them over HTTP.
"""
