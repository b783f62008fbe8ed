"""Files on their way to becoming fax pages: what kind they are and how many pages they have.

Also the way back: pages drawn, converted and bound into one PDF. Nothing here knows Qt, the network or the
archive. Runs on the disk lane. Read next: kinds.py, inspect.py, page_image.py, convert.py.
"""
