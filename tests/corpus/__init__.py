"""Pages for the page doctor: clean ones of every kind, and ones with one fault planted in each.

Everything is made by code when a test runs; nothing is kept. Same code, same bytes. Read next: sheet.py (a
PDF drawn by hand), scanner.py (paper, noise and slant), clean.py, planted.py.
"""
