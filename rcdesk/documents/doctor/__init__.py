"""The page doctor: what will go wrong with a page, and the fixes."""
