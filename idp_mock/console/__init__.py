"""The enterprise's own pages: what an employee sees, and what an admin decides."""
