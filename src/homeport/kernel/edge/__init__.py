"""Where the world begins: what goes out of homeport, and what comes in from other systems."""
