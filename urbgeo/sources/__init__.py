"""Where layers come from: national boundaries, airports, tables."""
