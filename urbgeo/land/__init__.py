"""Land: travel surfaces, suitability, the development boundary and its control lines, form, growth."""
