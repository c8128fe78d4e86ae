"""The person's settings and where data lives.

``settings.toml`` stands in the data directory; every key is optional. Reading never changes it; changing one key
leaves everything else in it as the person wrote it.
"""

from tui.settings.environment import data_directory, simulator_url, token_storage, viewer_zone, with_environment
from tui.settings.file import FILE_NAME, Changes, SettingsFile, changed, read_settings
from tui.settings.place import LastPlace
from tui.settings.values import (
    MeetingSettings,
    PrivacySettings,
    Settings,
    SyncSettings,
    ThemeSettings,
    WeekSettings,
    WorkingHours,
    read_working_hours,
)

__all__ = [
    "FILE_NAME",
    "Changes",
    "LastPlace",
    "MeetingSettings",
    "PrivacySettings",
    "Settings",
    "SettingsFile",
    "SyncSettings",
    "ThemeSettings",
    "WeekSettings",
    "WorkingHours",
    "changed",
    "data_directory",
    "read_settings",
    "read_working_hours",
    "simulator_url",
    "token_storage",
    "viewer_zone",
    "with_environment",
]
