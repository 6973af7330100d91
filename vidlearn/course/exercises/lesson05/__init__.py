"""Exercises of lesson 05, backpropagation."""

from vidlearn.course.exercises.lesson05 import judging, layers

EXERCISES = [*layers.EXERCISES, *judging.EXERCISES]
