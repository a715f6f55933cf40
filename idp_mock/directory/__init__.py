"""People, groups, apps and the enterprises they belong to."""
