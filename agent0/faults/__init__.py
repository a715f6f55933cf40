"""What can be broken at Agent0, for a demo: what it sends, altered (``tampering``) or slowed down (``line``), and
what it asks for (``asking``).

In the flow ``KitConfig`` imports this where there is a stage. With ``STAGE=0``, or without the stage's key, nobody
does: then a Run goes out by the one way out that there is, and no line of the product differs.
"""

from agent0.faults.asking import ask_for_reading
from agent0.faults.lab_http import open_lab_http
from agent0.jobs.asked import asking
from agent0.jobs.cross_app import opening_http

opening_http.connect(open_lab_http)
asking.connect(ask_for_reading)
