"""The widgets: they draw values of the domain and know neither the workspace nor the screens."""
