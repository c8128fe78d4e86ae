"""Bringing the store and Microsoft together: rounds of changes in, and who may do it when."""
