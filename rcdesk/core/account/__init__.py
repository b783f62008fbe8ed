"""Who is signed in, what the account can do, presence, what is remembered."""
