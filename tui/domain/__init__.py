"""The rules of calendars, meetings and conflicts: pure functions over frozen values, without input or output."""
