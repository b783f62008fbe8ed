"""Desks of the account: who is signed in, the servers, presence, what is remembered."""
