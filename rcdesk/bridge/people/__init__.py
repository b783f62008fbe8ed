"""Desks of people: address book, favourites, groups."""
