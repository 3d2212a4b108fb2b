"""The kernel under nbclient and `nbconvert --execute`: a failing cell must fail the run, and outputs must be in the file."""
import json
import os
import subprocess
import sys

import nbclient
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

KERNEL = os.environ.get("KERNEL_NAME", "gradus")


def notebook(*sources):
    return new_notebook(
        cells=[new_code_cell(source) for source in sources],
        metadata={"kernelspec": {"name": KERNEL, "display_name": KERNEL, "language": "rust"}},
    )


def execute(*sources, **options):
    return nbclient.NotebookClient(notebook(*sources), kernel_name=KERNEL, timeout=120, **options).execute()


def texts(cell):
    return ["".join(o.get("text", "")) or o.get("data", {}).get("text/plain", "") for o in cell.outputs]


def test_outputs_are_kept():
    done = execute("let x = 20;", 'println!("twice");\nx * 2 + 2')
    assert texts(done.cells[1]) == ["twice\n", "42"]
    assert [cell.execution_count for cell in done.cells] == [1, 2]
    assert done.metadata.language_info.name == "rust"


@pytest.mark.parametrize("source", ["assert_eq!(1 + 1, 3);", "let x: i32 = \"text\";", "fn }{", "std::process::exit(0);"])
def test_a_failing_cell_fails_the_notebook(source):
    with pytest.raises(nbclient.exceptions.CellExecutionError):
        execute("1 + 1", source, "2 + 2")


def test_errors_can_be_allowed():
    done = execute("let kept = 7;", 'panic!("on purpose");', "kept", allow_errors=True)
    assert [output.output_type for output in done.cells[1].outputs][-1] == "error"
    assert texts(done.cells[2]) == ["7"]


def test_much_output_is_whole():
    done = execute('for i in 0..100_000 { println!("{i}"); }')
    assert "".join(texts(done.cells[0])) == "".join(f"{i}\n" for i in range(100_000))


def convert(folder, name, *options):
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--to", "notebook", "--output", "done.ipynb", *options, name]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=200)


def test_nbconvert_executes(tmp_path):
    nbformat.write(notebook("6 * 7"), tmp_path / "good.ipynb")
    run = convert(tmp_path, "good.ipynb")
    assert run.returncode == 0, run.stderr
    done = json.loads((tmp_path / "done.ipynb").read_text())
    assert done["cells"][0]["outputs"][0]["data"]["text/plain"] in ("42", ["42"])


def test_nbconvert_fails_with_a_failing_cell(tmp_path):
    nbformat.write(notebook('panic!("stop");', "1"), tmp_path / "bad.ipynb")
    run = convert(tmp_path, "bad.ipynb")
    assert run.returncode != 0
    assert "stop" in run.stderr
