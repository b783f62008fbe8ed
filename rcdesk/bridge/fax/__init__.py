"""Desks of faxes: drafts, sending and following, folders, pages, proof."""
