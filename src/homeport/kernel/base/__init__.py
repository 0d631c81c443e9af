"""What everything stands on: settings, errors, database, leases, events, entity references."""
