"""The house holds its own rules: structure, references, environment, and the door itself. No Django settings here."""
