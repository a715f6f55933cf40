"""Break it: thirty-three faults, each of which trips one check, armed and cleared by one click.

In the flow a person arms one here, or on the bar of any page; the parties are told (``stage.control``) and bend
that one thing (``faults`` of each party). What each is about stands in the registry.
"""
