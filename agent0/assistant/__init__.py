"""The assistant: Agent0's pages. They take a person's words, show what comes of them, and act on nothing
themselves.
"""
