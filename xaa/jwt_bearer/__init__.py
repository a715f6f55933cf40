"""The Resource Authorization Server's half of Cross App Access, as a Django app for django-oauth-toolkit.

It adds the JWT bearer grant (RFC 7523 §2.1) for ID-JAGs (ID-JAG §4.4) to the token endpoint. Read ``id_jag.py``
first: it is the argument for trusting an ID-JAG, check by check. ``README.md`` lifts it into a project in five
steps.
"""
