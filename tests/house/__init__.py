"""The house holds its own rules: structure, references, environment, and the door. No Django settings here."""
