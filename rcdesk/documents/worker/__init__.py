"""The child process that opens files made by others, and the handle on it."""
