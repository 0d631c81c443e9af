"""Where source code lives: Git behind one door."""
