"""What a shell or another start asks of the program, and what it is told."""
