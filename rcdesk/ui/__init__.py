"""What the user sees: QtWidgets built in code, one panel per module, no decisions.

GUI thread only. Every page takes the Desk (bridge/desk.py) as its only argument. Colours come from
tokens.py by way of theme.py, pictures from icons.py, sentences about calls from words/call_words.py.
"""
