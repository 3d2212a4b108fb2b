"""Reads students' notebooks as nbgrader does: validation, generate_assignment, and a submission that comes back.

Usage: read.py NBGRADER COURSE NOTEBOOK..."""

import pathlib
import shutil
import subprocess
import sys

import nbformat
from nbgrader import nbgraderformat, utils
from nbgrader.api import Gradebook

nbgrader, course, *notebooks = sys.argv[1:]
course = pathlib.Path(course)
course.mkdir()
# All of nbgrader's steps but one: answers are taken out already, and it would put a stub of its own in place of the
# whole cell, signature included.
(course / "nbgrader_config.py").write_text("""
from nbgrader.converters import GenerateAssignment
steps = GenerateAssignment.preprocessors.default()
get_config().GenerateAssignment.preprocessors = [step for step in steps if step.__name__ != "ClearSolutions"]
""")


def command(*arguments):
    done = subprocess.run([nbgrader, *arguments], cwd=course, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


for path in map(pathlib.Path, notebooks):
    name = path.stem
    with path.open() as file:
        notebook = nbgraderformat.read(file, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    answers = [cell for cell in notebook.cells if utils.is_solution(cell)]
    checks = [cell for cell in notebook.cells if utils.is_locked(cell) and not utils.is_grade(cell)]
    assert answers and checks, f"{name}: {len(answers)} answers and {len(checks)} checks"
    code = [cell for cell in answers if cell.cell_type == "code"]
    points = sum(cell.metadata.nbgrader.points for cell in code)
    assert points == 100, f"{name}: the answers are worth {points}"
    assert all("todo!" in cell.source for cell in code), f"{name}: an answer cell without a todo"

    # nbgrader adds its checksums and locks, and changes no text.
    source = course / "source" / name
    source.mkdir(parents=True)
    shutil.copy(path, source)
    command("generate_assignment", name)
    release = course / "release" / name / path.name
    with release.open() as file:
        released = nbgraderformat.read(file, as_version=nbformat.NO_CONVERT)
    for before, after in zip(notebook.cells, released.cells, strict=True):
        assert before.source == after.source, f"{name}: the text of {before.id} has changed"
        assert utils.is_solution(before) == ("checksum" in after.metadata.get("nbgrader", {})) or utils.is_locked(before)

    # In nbgrader's database: every answer with its points, to be graded by hand.
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        cells = gradebook.find_assignment(name).notebooks[0].grade_cells
        assert sorted(cell.name for cell in cells) == sorted(cell.metadata.nbgrader.grade_id for cell in answers)
        assert sum(cell.max_score for cell in cells) == sum(cell.metadata.nbgrader.points for cell in answers)
    print(f"{name}: {len(answers)} answers, {len(checks)} checks; nbgrader reads it and releases it")
