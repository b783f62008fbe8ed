"""What a call is, how it goes on and how it is watched."""
