"""Control: the stage's hand on the world. What is armed, how late it is, whether the gate is open; reset and undo.

Pages and programs change the world here and nowhere else, and each change is pushed to all parties at once.
"""
