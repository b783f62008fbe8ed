"""The pages of a fax as they will arrive."""
