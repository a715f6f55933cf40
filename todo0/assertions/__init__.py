"""What was presented at the token endpoint, how each check went, and a bench to try an assertion on."""
