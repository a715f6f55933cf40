"""Template tags that the pages of every party may load."""
