"""The public site: the figures for everybody, as pages that need no script."""
