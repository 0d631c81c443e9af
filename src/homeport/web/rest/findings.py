"""Findings over REST: look, suppress."""
