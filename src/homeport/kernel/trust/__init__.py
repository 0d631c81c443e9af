"""Who one is and what one may: identity, access, audit."""
