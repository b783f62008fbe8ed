"""The address book, the directory, imports, and who a number is."""
