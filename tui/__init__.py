"""calconnect-tui: several Outlook calendars in one terminal week, with every double booking found."""

__version__ = "0.1.0"
