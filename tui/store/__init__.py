"""The store: TinyDB over one append-only, checksummed log per calendar. What is acknowledged is on the disk."""
