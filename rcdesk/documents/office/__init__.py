"""Office files, read and drawn by LibreOffice."""
