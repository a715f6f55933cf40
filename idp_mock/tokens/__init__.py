"""Token endpoint, one file a grant, and what it issues."""
