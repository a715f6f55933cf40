"""What can be broken at Todo0, for a demo: its rows (``rows``), and what stands before it (``gateway``).

In the flow ``KitConfig`` imports this where there is a stage. With ``STAGE=0``, or without the stage's key, nobody
does: then nothing listens, and no line of the product differs.
"""

from stage.kit.faults import follow, request_arrived
from stage.kit.signals import faults_changed
from todo0.faults import gateway, rows

follow(*rows.FAULTS)
faults_changed.connect(gateway.forget_rotated_keys)
request_arrived.connect(gateway.answer_at_token_endpoint)
