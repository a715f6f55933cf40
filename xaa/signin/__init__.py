"""The sign-in that both apps share: mozilla-django-oidc made strict. A Django app (label ``xaa_signin``).

In the flow this is where the ID Token comes from that becomes an ID-JAG. Read in the order a person meets it:
``start`` → (the IdP) → ``callback`` → ``backend`` → ``id_token`` → ``identities`` → ``stores`` → ``logout``.
"""
