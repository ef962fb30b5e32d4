"""The course of the tutorials: its lessons, how far a reader is, and the checks of its exercises.

Each `lesson_NN.py` holds the exercises of one notebook. Teachers read them as examples: those of their own stand in
`checks/lesson_NAME.py` beside a notebook.
"""

from __future__ import annotations

from hydro_nb.course.lessons import LESSONS, Lesson
from hydro_nb.course.overview import Overview, progress, reset

__all__ = ["LESSONS", "Lesson", "Overview", "progress", "reset"]
