"""The kernel: what every module stands on, in five rooms; base <- trust <- knowledge, edge <- work."""
