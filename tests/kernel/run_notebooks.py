"""`gradus run` beside nbclient: the same notebooks, in this kernel and in Python's, give the same files.

$GRADUS is the program. A cell whose source is a pair has tags: (source, [tag, ...]).
"""
import json
import os
import signal
import subprocess
import time

import nbclient
import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

GRADUS = os.environ["GRADUS"]
RUST = os.environ.get("KERNEL_NAME", "gradus")
PYTHON = "python3"

NOTEBOOKS = {
    "rust_values_and_text": (RUST, [
        "let x = 20;",
        'println!("twice");\nx * 2 + 2',
        'print!("no line break");',
        'eprintln!("to stderr");',
        'print!("a"); print!("b\\nc"); println!("é 🦀\\tend");',
        '"two\\nlines"',
        "()",
    ]),
    "rust_rich": (RUST, [
        "use ndarray::array;\narray![[1.0, 2.0], [3.0, 4.0]]",
        'gradus_prelude::notebook::show_as("text/html", "<b>one</b>\\n<i>two</i>");\n'
        'gradus_prelude::notebook::show_as("image/svg+xml", "<svg xmlns=\\"http://www.w3.org/2000/svg\\">\\n</svg>");\n'
        'gradus_prelude::notebook::show_as("text/markdown", "# $x^2$\\n");',
        'gradus_prelude::notebook::show_named("x", "text/html", "first");\nprintln!("between");\n'
        'gradus_prelude::notebook::show_named("x", "text/html", "second");',
        'gradus_prelude::notebook::show_again("x", "text/html", "third");\nprintln!("updated");',
        'println!("gone"); gradus_prelude::notebook::clear_output_on_next(); println!("kept");',
        'println!("gone"); gradus_prelude::notebook::clear_output(); println!("kept");',
        'println!("stays"); gradus_prelude::notebook::clear_output_on_next();',
    ]),
    "rust_much": (RUST, ['for i in 0..50_000 { println!("line {i}"); }', '"x".repeat(100_000).len()']),
    "rust_errors": (RUST, [
        "let kept = 7;",
        ('let wrong: i32 = "text";', ["raises-exception"]),
        ('println!("before"); panic!("on purpose");', ["raises-exception"]),
        ("std::process::exit(3);", ["raises-exception"]),
        ('let mut line = String::new(); std::io::stdin().read_line(&mut line).unwrap();', ["raises-exception"]),
        ("never run", ["skip-execution"]),
        "  \n",
        "kept",
    ]),
    "rust_stops": (RUST, ["1 + 1", 'println!("so far"); undefined_name', "2 + 2"]),
    "python_values_and_text": (PYTHON, [
        "x = 20",
        'print("twice")\nx * 2 + 2',
        'import sys\nprint("to stderr", file=sys.stderr)',
        'print("a", end="", flush=True); print("b\\nc é 🦀", flush=True)\nprint("e", file=sys.stderr, flush=True)\nprint("d", flush=True)',
        'import time\nfor i in range(5):\n    print(f"\\r{i}", end="", flush=True); time.sleep(0.05)',
        'import threading\nthread = threading.Thread(target=print, args=("in a thread",)); thread.start(); thread.join()',
        '"two\\nlines"',
        "None",
        "",
    ]),
    "python_rich": (PYTHON, [
        "from IPython.display import *",
        'display(HTML("<b>one</b>\\n<i>two</i>"), Markdown("# $x^2$\\n"), SVG(data="<svg xmlns=\'http://www.w3.org/2000/svg\'>\\n</svg>"))',
        'display(JSON({"a": [1, 2.5, None, "x\\ny"]}))\nLatex("$x$")',
        'display({"image/png": "iVBORw0KGgo=\\n", "application/javascript": "1;\\n2;", "application/x+json": {"k": 1}}, raw=True, metadata={"image/png": {"width": 3}})',
        'shown = display(HTML("first"), display_id="x")\nprint("between")\ndisplay(HTML("second"), display_id="x")',
        'shown.update(HTML("third"))\nprint("updated")',
        'print("gone"); clear_output(wait=True); print("kept")',
        'print("gone"); clear_output(); print("kept")',
        'display(HTML("gone"), display_id="y"); clear_output(wait=True); display(HTML("kept"), display_id="y")',
        'update_display(HTML("anew"), display_id="y")',
    ]),
    "python_errors": (PYTHON, [
        ("1 / 0", ["raises-exception"]),
        ('print("before"); raise ValueError("two\\nlines")', ["raises-exception"]),
        ("input()", ["raises-exception"]),
        ("def f(:", ["raises-exception"]),
        "7",
    ]),
    "python_stops": (PYTHON, ["1 + 1", 'print("so far"); undefined_name', "2 + 2"]),
}


def notebook(kernel, cells, **metadata):
    made = []
    for number, cell in enumerate(cells):
        source, tags = cell if isinstance(cell, tuple) else (cell, [])
        made.append(new_code_cell(source, id=f"cell-{number}", metadata={"tags": tags} if tags else {}))
    made.insert(1, new_markdown_cell("# Text\n\n$x$", id="text"))
    language = "rust" if kernel == RUST else "python"
    kernelspec = {"name": kernel, "display_name": kernel, "language": language}
    return new_notebook(cells=made, metadata={"kernelspec": kernelspec, **metadata})


def write(folder, book, name="work.ipynb"):
    nbformat.write(book, folder / name)
    return folder / name


def gradus_run(path, *options, **arguments):
    command = [GRADUS, "run", str(path), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, **arguments)


def left_over(folder):
    """What works in a folder, and what was told of a file in it."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder):
                found.append(process.cmdline())
        except psutil.Error:
            pass
    return found


def normalised(book):
    """nbclient keeps each piece of text that a kernel sent as an output of its own; where it is cut is chance."""
    for cell in book.cells:
        outputs = []
        for output in cell.get("outputs", []):
            last = outputs[-1] if outputs else {}
            if output.output_type == "stream" == last.get("output_type") and output.name == last["name"]:
                last["text"] += output.text
            else:
                outputs.append(output)
        if cell.cell_type == "code":
            cell.outputs = outputs
    return book


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_outputs_are_those_of_nbclient(name, tmp_path):
    kernel, cells = NOTEBOOKS[name]
    path = write(tmp_path, notebook(kernel, cells))
    stops = name.endswith("_stops")
    client = nbclient.NotebookClient(
        nbformat.read(path, 4), kernel_name=kernel, timeout=120, record_timing=False,
        resources={"metadata": {"path": str(tmp_path)}},
    )
    if stops:
        with pytest.raises(nbclient.exceptions.CellExecutionError):
            client.execute()
    else:
        client.execute()
    before = path.read_bytes()
    run = gradus_run(path)
    assert run.returncode == (1 if stops else 0), run.stderr
    out = tmp_path / "work.executed.ipynb"
    assert run.stdout == f"{out}\n"
    assert path.read_bytes() == before, "the notebook itself was changed"
    done = nbformat.read(out, 4)
    nbformat.validate(done)
    expected, got = normalised(client.nb), normalised(done)
    for wanted, cell in zip(expected.cells, got.cells, strict=True):
        assert cell == wanted
    assert got.metadata == expected.metadata
    assert got == expected
    # The file is what Jupyter would write, to the byte.
    assert out.read_text() == nbformat.writes(nbformat.read(out, 4)) + "\n"
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("kernel", [RUST, PYTHON])
def test_a_second_run_gives_the_same_file(kernel, tmp_path):
    printing = 'println!("a");' if kernel == RUST else 'print("a")'
    path = write(tmp_path, notebook(kernel, [printing, "1 + 1"]))
    assert gradus_run(path, "--inplace").returncode == 0
    first = path.read_bytes()
    assert gradus_run(path, "--inplace").returncode == 0
    assert path.read_bytes() == first


@pytest.mark.parametrize("kernel, failing, text", [(RUST, 'panic!("on purpose");', "on purpose"), (PYTHON, "1 / 0", "ZeroDivisionError")])
def test_a_failing_cell_is_told_and_its_outputs_are_written(kernel, failing, text, tmp_path):
    path = write(tmp_path, notebook(kernel, ["1 + 1", failing, "2 + 2"]))
    run = gradus_run(path, "--format", "json")
    assert run.returncode == 1
    assert "cell 3 (`cell-1`) failed" in run.stderr and text in run.stderr, run.stderr
    assert "\x1b" not in run.stderr, "colours in a pipe"
    summary = json.loads(run.stdout)
    assert [cell["end"] for cell in summary["cells"]] == ["well", "failed"]
    assert summary["first_failure"]["cell"] == 3 and summary["count"] == 3
    assert all(cell["seconds"] > 0 for cell in summary["cells"])
    cells = nbformat.read(summary["out"], 4).cells
    assert cells[2].outputs[-1].output_type == "error" and cells[3].outputs == []

    run = gradus_run(path, "--allow-errors", "--out", str(tmp_path / "all.ipynb"))
    assert run.returncode == 0 and text in run.stderr
    assert nbformat.read(tmp_path / "all.ipynb", 4).cells[3].outputs[0].data["text/plain"] == "4"


@pytest.mark.parametrize("kernel, source", [(RUST, "loop { std::hint::spin_loop(); }"), (PYTHON, "while True: pass")])
def test_a_cell_that_takes_too_long_is_interrupted(kernel, source, tmp_path):
    path = write(tmp_path, notebook(kernel, ["1 + 1", source, "2 + 2"]))
    run = gradus_run(path, "--timeout", "4")
    assert run.returncode == 1
    assert "cell 3 (`cell-1`): took longer than 4 s and was interrupted" in run.stderr, run.stderr
    cells = nbformat.read(tmp_path / "work.executed.ipynb", 4).cells
    assert cells[2].outputs[-1].output_type == "error" and cells[3].outputs == []
    assert left_over(tmp_path) == []


def test_a_kernel_that_dies_is_told(tmp_path):
    path = write(tmp_path, notebook(PYTHON, ["1 + 1", "import os; os._exit(3)", "2 + 2"]))
    run = gradus_run(path)
    assert run.returncode == 1
    assert "cell 3 (`cell-1`): the kernel died (exit code 3)" in run.stderr, run.stderr
    assert nbformat.read(tmp_path / "work.executed.ipynb", 4).cells[0].outputs[0].data["text/plain"] == "2"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("kernel, source", [(RUST, "loop { std::thread::sleep(std::time::Duration::from_millis(50)); }"), (PYTHON, "while True: pass")])
def test_nothing_is_left_after_a_signal(kernel, source, how, tmp_path):
    path = write(tmp_path, notebook(kernel, [source]))
    process = subprocess.Popen([GRADUS, "run", str(path)], stderr=subprocess.PIPE, text=True, cwd="/")
    end = time.time() + 60
    while len(left_over(tmp_path)) < (2 if kernel == RUST else 1):
        assert time.time() < end and process.poll() is None, "the kernel does not start"
        time.sleep(0.1)
    time.sleep(1)
    process.send_signal(how)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == (-9 if how == signal.SIGKILL else 2), stderr
    assert not (tmp_path / "work.executed.ipynb").exists()
    # After SIGKILL the kernel itself notices that nobody is there any more.
    end = time.time() + (20 if how == signal.SIGKILL else 0)
    while left_over(tmp_path) and time.time() < end:
        time.sleep(0.2)
    assert left_over(tmp_path) == []


def test_a_notebook_of_an_assignment_does_not_see_its_answers(tmp_path):
    assert gradus_run(write(tmp_path, notebook(RUST, ["use gradus_nn::softmax;"]))).returncode == 0
    run = gradus_run(write(tmp_path, notebook(RUST, ["use gradus_nn::softmax;"], gradus={"assignment": "softmax"})))
    assert run.returncode == 1 and "E0432" in run.stderr, run.stderr


def test_a_kernel_in_an_environment_that_is_not_active_is_found(tmp_path):
    """Neither $VIRTUAL_ENV nor a start of Jupyter says where Python's kernel is: the program on the path does."""
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "JUPYTER_PATH")}
    path = write(tmp_path, notebook(PYTHON, ["1 + 1"]))
    assert gradus_run(path, env=environment).returncode == 0
    run = gradus_run(path, "--kernel", "no-such", env=environment)
    assert run.returncode == 2
    assert "there is no kernel `no-such`" in run.stderr and RUST in run.stderr and PYTHON in run.stderr, run.stderr
