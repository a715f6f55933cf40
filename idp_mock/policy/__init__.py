"""Who may use which app for which app."""
