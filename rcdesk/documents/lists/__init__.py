"""Lists of people out of files: vCards and tables, in any charset."""
