"""What is done for someone: timers, procedures, runs."""
