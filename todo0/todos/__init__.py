"""The todo list itself: what people see, and who did what to it through which app."""
