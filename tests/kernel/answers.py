"""Every assignment's notebook in JupyterLab under headless Chromium, as a student begins it: open it, run it from the top to
the first question, write an answer into its cell, run the check below. Pictures go to the folder $KERNEL_TEST_PICTURES.
"""
import json
import os
import re

from playwright.sync_api import expect

from lab import REPOSITORY, folder_of_pictures, jupyterlab, wait_for_state

CHOSEN_CELL = "document.querySelector('.jp-Notebook .jp-Cell.jp-mod-active')?.dataset.windowedListIndex"


def main():
    pictures = folder_of_pictures()
    # Some of them, or else all.
    ids = os.environ.get("ASSIGNMENTS", "").split() or sorted(path.parent.name for path in REPOSITORY.glob("assignments/*/assignment.toml"))
    assert ids, "there is no assignment"
    with jupyterlab(ids) as (address, new_page):
        for assignment in ids:
            page = new_page()
            try:
                first_question(page, address, assignment)
                print(f"{assignment}: all public checks of the first question pass", flush=True)
            finally:
                page.screenshot(path=pictures / f"answer-{assignment}.png")
            # One kernel at a time.
            page.request.delete(f"{address}/api/kernels/{page.request.get(f'{address}/api/kernels').json()[0]['id']}")
            page.close()
    print(f"pictures are in {pictures}")


def first_question(page, address, assignment):
    cells = json.loads((REPOSITORY / f"notebooks/{assignment}.ipynb").read_text())["cells"]
    question = next(place for place, cell in enumerate(cells) if role(cell) == "answer")
    check = next(place for place, cell in enumerate(cells) if place > question and role(cell) == "check")
    # The kernel is on the list before a notebook asks for it.
    page.goto(f"{address}/lab?reset")
    expect(page.locator(".jp-LauncherCard[title='Rust (Gradus)']").first).to_be_visible()
    page.goto(f"{address}/lab/tree/{assignment}.ipynb")
    expect(page.locator(".jp-NotebookPanel")).to_be_visible()
    expect(page.get_by_text("Rust (Gradus)").first).to_be_visible()
    wait_for_state(page, "Idle")
    cell_at(page, 0).click(position={"x": 100, "y": 20})
    assert chosen(page) == 0, "the first cell is not the chosen one"
    run_until(page, question)

    # Unanswered, the check says what is missing.
    run_until(page, check + 1)
    expect(cell_at(page, check)).to_contain_text("not yet implemented")

    answer = answer_to_first_question(assignment)
    cell_at(page, question).locator(".cm-content").click()
    page.wait_for_function(f"question => Number({CHOSEN_CELL}) === question", arg=question)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(answer)
    run_until(page, check + 1)
    output = cell_at(page, check).locator(".jp-Cell-outputWrapper")
    expect(output).not_to_contain_text("not yet implemented")
    count = re.search(r"(\d+) of (\d+)", output.inner_text())
    assert count and count[1] == count[2], output.inner_text()
    output.evaluate("output => output.scrollIntoView({block: 'center'})")


def role(cell):
    return cell["metadata"].get("gradus", {}).get("role")


def chosen(page):
    return int(page.evaluate(CHOSEN_CELL))


def run_until(page, place):
    """Runs cell after cell, as with Shift+Enter, until the one at `place` is chosen and all before it have ended."""
    while chosen(page) < place:
        before = chosen(page)
        page.keyboard.press("Shift+Enter")
        page.wait_for_function(f"before => Number({CHOSEN_CELL}) !== before", arg=before)
    page.wait_for_function(
        "![...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].some(prompt => prompt.innerText.includes('*'))"
    )


def cell_at(page, place):
    return page.locator(f".jp-NotebookPanel .jp-Cell[data-windowed-list-index='{place}']")


def answer_to_first_question(assignment):
    """The staff's answer cell, as a student might have written it."""
    source = (REPOSITORY / f"grader/keys/{assignment}/source.rs").read_text()
    cells = re.split(r"^// %%(.*)\n", source, flags=re.MULTILINE)
    text = next(text for marker, text in zip(cells[1::2], cells[2::2]) if '"role": "answer"' in marker)
    return "".join(line for line in text.strip().splitlines(True) if not re.search(r"// (BEGIN|END) SOLUTION", line))


if __name__ == "__main__":
    main()
