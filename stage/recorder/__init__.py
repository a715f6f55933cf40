"""The flight recorder: what really went over the wire, and which check said what."""
