"""Exercises of lesson 16, tracking."""

EXERCISES = []
