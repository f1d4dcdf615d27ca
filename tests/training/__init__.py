"""Tests of training, by subject."""
