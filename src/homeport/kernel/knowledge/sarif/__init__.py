"""SARIF in and out: what other tools found becomes findings, and findings become a file that other tools read."""
