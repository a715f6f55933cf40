"""The launchpad: the first page of the demo. It greets, says who is who, and starts the flow."""
