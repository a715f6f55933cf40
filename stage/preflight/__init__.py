"""The pre-flight: twelve checks before an audience comes in, and a plain Go or No-go."""
