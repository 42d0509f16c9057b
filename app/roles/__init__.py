"""Who may do what in the database: its owner migrates and commands, the service has only the rights that it uses."""
