"""What is asked for on a command line: read, done in the running desk or without one, and told.

The arguments of each command are read in *_arguments.py, carried out in call.py, fax.py and account.py, in
short turns with whoever else works on the archive (turns.py), and printed by told*.py; hand_over.py gives
what a second start of the window was asked for to the first. Without widgets. Read next: ../cli.py.
"""
