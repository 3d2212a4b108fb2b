"""Holds a converted source against the notebooks it was made of: `converted.py SOURCE_FOLDER SOURCE.rs`.

Each cell that students answer, and each that tests them, has to be there with its role, and every line of code.
"""

import json
import pathlib
import sys

DELIMITERS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS")


def main() -> None:
    folder, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).read_text()
    lines = {line.removeprefix("//").strip() for line in source.splitlines()}
    roles = {"answer": 0, "check": 0, "written": 0}
    for path in sorted(folder.glob("*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            for line in "".join(cell["source"]).splitlines():
                assert any(words in line for words in DELIMITERS) or line.strip() in lines, f"{path.name}: {line!r} is lost"
            metadata = cell["metadata"].get("nbgrader", {})
            grade, solution = metadata.get("grade", False), metadata.get("solution", False)
            if metadata.get("task", False) or (grade and solution and cell["cell_type"] == "markdown"):
                roles["written"] += 1
            elif solution:
                roles["answer"] += 1
            elif grade:
                roles["check"] += 1
    assert roles["answer"] and roles["check"] and roles["written"], roles
    for role, count in roles.items():
        found = source.count(f'"role":"{role}"')
        assert found == count, f"{found} cells of the role {role} of {count}"
    print(f"converted: {roles}")


main()
