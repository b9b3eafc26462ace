"""Guesses for onboarding: from a sample to the TOML of a source. Nothing here is used while a source runs."""

from sources.guessing.guess import guess

__all__ = ["guess"]
