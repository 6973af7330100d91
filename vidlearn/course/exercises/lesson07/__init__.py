"""Exercises of lesson 07, training well."""

from vidlearn.course.exercises.lesson07 import curves, normalising

EXERCISES = [*normalising.EXERCISES, *curves.EXERCISES]
