"""Exercises of lesson 08, recurrent networks."""

from vidlearn.course.exercises.lesson08 import backward, forward

EXERCISES = [*forward.EXERCISES, *backward.EXERCISES]
