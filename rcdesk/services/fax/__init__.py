"""What is done with faxes: drafts, sending, following, receiving, proving."""
