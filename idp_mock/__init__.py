"""The enterprise IdP of the demo: OpenID Provider, and the one place in this project that mints ID-JAGs.

Nobody should lift a mock IdP: read it to see what an enterprise IdP does before it signs an ID-JAG.
"""
