"""REST endpoints of the kernel: runs, findings, search, tokens."""
