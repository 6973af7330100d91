"""Exercises of lesson 09, LSTM and GRU."""

from vidlearn.course.exercises.lesson09 import gru, lstm

EXERCISES = [*lstm.EXERCISES, *gru.EXERCISES]
