"""Exercises of lesson 06, training a CNN."""

from vidlearn.course.exercises.lesson06 import curves, normalising, optimisers

EXERCISES = [*optimisers.EXERCISES, *normalising.EXERCISES, *curves.EXERCISES]
