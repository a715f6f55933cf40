"""Todo0 over MCP: a second resource of the same authorization server, served by a process of its own."""
