"""What a party can hear from the stage, beside the state that it reads: three signals of Django's.

Deliberately does not: pass anything on by itself. A party connects what it has to see to in its ``apps.py``.
"""

from django.dispatch import Signal

faults_changed = Signal()
"""Sent with ``before`` and ``after``, two ``StageState``, inside the transaction that stores the second: for
faults that change a party's configuration."""

world_emptied = Signal()
"""Sent in a reset, inside its transaction, before the seed: for what a party has outside its rows, and for rows
that it keeps."""

world_changed = Signal()
"""Sent in each process when it first reads that this is another world than before: for what it remembers."""
