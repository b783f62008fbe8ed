"""The folders of faxes: lists, stories, next steps."""
