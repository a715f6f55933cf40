"""The person's tokens, sealed at rest: what Agent0 must keep to act for somebody who is not at the keyboard.

One ``SigninSession`` a sign-in holds the ID Token and the refresh token; the access tokens got with them hang
on it. When it ends, all of them go (OpenID Connect Back-Channel Logout §2.7; RFC 9700 §4.14).
"""
