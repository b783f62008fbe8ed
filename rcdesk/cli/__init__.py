"""The command line: arguments, output, one command a module."""
