"""Policy targets as data, what measures each, and the scorecard that holds a region against them."""
