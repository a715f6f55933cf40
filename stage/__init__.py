"""The stage: the machinery that shows Cross App Access. An integrator deletes this folder."""
