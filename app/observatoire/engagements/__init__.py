"""The register of engagements: who promised what for when, what has slipped and why, what is late today."""
