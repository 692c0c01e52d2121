"""Cities as a system: commuting circles."""
