"""Open data: the figures as files that anyone may take, check and reuse. Columns are defined once, in `colonnes`."""
