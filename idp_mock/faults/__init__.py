"""What can be broken at this IdP, for a demo: its rows (``policy``, ``people``, ``keys``), its word (``lab``)
and whether it is there at all (``outage``).

In the flow ``KitConfig`` imports this where there is a stage. With ``STAGE=0``, or without the stage's key, nobody
does: then nothing listens, and no line of the product differs.

DEMO ONLY, all of it: an IdP that signs what is not true on demand is no IdP.
"""

from idp_mock.faults import keys, lab, outage, people, policy
from idp_mock.tokens.id_jag import before_signing
from stage.kit.faults import follow, request_arrived
from stage.kit.signals import faults_changed

faults_changed.connect(lab.check_allowed)
follow(*policy.FAULTS, *people.FAULTS, keys.FAULT)
before_signing.connect(lab.bend)
before_signing.connect(keys.rotate_under_way)
request_arrived.connect(outage.answer_nothing)
