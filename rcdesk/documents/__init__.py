"""Files on their way to becoming fax pages: their kind, their number of pages, and the 1-bit pages.

Files made by others are opened in a child process: worker.py is the program's side, render_worker.py the
child's. Also the way back: pages drawn, converted and bound into one PDF. Nothing here knows Qt, the network
or the archive. Runs on lanes and in the child. Read next: worker.py, pages.py, raster.py, fax_file.py,
doctor.py.
"""
