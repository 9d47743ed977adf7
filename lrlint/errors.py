"""What the user can put right: one line, exit status 2."""

from __future__ import annotations


class UserError(ValueError):
    """The message is one line that names what is wrong and where."""


class ConfigError(UserError):
    """A configuration that cannot be used; the message names file and key."""


class UnknownSelector(UserError):
    """A selector that names no rule; the message says where it stands and what may be meant."""


class PluginError(UserError):
    """Rules that cannot be loaded; the message names the plugin."""
