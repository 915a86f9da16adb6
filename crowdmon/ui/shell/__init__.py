"""The main window: menus, docks, theme, settings, the configuration file."""
