"""Published éditions as pages show them: every démarche in little, and comparisons that are made once."""
