"""Exercises of lesson 06, training a CNN."""

from vidlearn.course.exercises.lesson06 import optimisers

EXERCISES = [*optimisers.EXERCISES]
