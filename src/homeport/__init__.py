"""homeport: an internal developer platform one engineer installs with one command."""

__version__ = "0.1.0"
