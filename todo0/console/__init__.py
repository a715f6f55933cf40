"""Todo0's own pages for those who run it: whom it trusts, which clients may come, what they presented."""
