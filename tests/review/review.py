"""The gradebook in headless Chromium, as somebody of the staff uses it: filter, open a submission, read a written answer
beside its rubric, score it, change points by checks, leave a remark. `python review.py PROGRAM`.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ANSWER = "No reason to worry: the hinge has an edge, and one point of the <b>difference</b> lies on each side of it."


def main(program):
    pictures = Path(os.environ.get("REVIEW_TEST_PICTURES") or tempfile.mkdtemp(prefix="review-pictures-"))
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        gradebook = work / "gradebook.sqlite"
        grade(program, work, gradebook)
        server = subprocess.Popen([program, "gradebook", "--gradebook", gradebook, "serve"], stdout=subprocess.PIPE, text=True)
        try:
            address = server.stdout.readline().strip()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                page = browser.new_page(viewport={"width": 1500, "height": 1000})
                try:
                    session(page, address, pictures)
                    other_looks(browser, page, pictures)
                except Exception:
                    page.screenshot(path=pictures / "failure.png")
                    raise
                finally:
                    browser.close()
        finally:
            server.terminate()
            server.wait(timeout=30)
        recorded(program, gradebook)
    print(f"all seen; pictures are in {pictures}")


def grade(program, work, gradebook):
    """Ada hands in a notebook with one written answer, Bob a file with a function that does not compile."""
    notebook = json.loads((REPOSITORY / "notebooks/svm.ipynb").read_text())
    [cell] = [cell for cell in notebook["cells"] if cell.get("id") == "written-1"]
    cell["source"] = [*cell["source"][:-1], ANSWER]
    (work / "ada.ipynb").write_text(json.dumps(notebook))
    (work / "bob.rs").write_text("pub fn predict(x: &ndarray::Array2<f64>) -> usize { x }\n")
    arguments = [program, "grade", "svm", work / "ada.ipynb", work / "bob.rs", "--out", work / "out", "--gradebook", gradebook]
    subprocess.run(arguments, check=True, capture_output=True)


def session(page, address, pictures):
    page.goto(address)
    assert "token" not in page.url, "the key stays in the address line"
    expect(page.locator("tbody tr")).to_have_count(2)
    page.screenshot(path=pictures / "1-list.png")

    page.get_by_label("Student").fill("AD")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="ada").click()
    expect(page.locator("h1").first).to_have_text("ada")
    expect(page.get_by_text(ANSWER)).to_be_visible()
    expect(page.get_by_text("Read for ideas, not for words").first).to_be_visible()
    page.screenshot(path=pictures / "2-submission.png")

    written = page.locator("section.function", has=page.locator("#written-1"))
    written.get_by_label("Points").fill("1.5")
    written.get_by_label("Comment").fill("<i>the step</i> is missing")
    written.get_by_role("button", name="Save").click()
    expect(page.locator("header .score").first).to_contain_text("1.5 of")

    override = page.locator("details", has=page.locator("summary", has_text="predict"))
    override.locator("summary").click()
    override.get_by_label("Points").fill("3")
    override.get_by_role("button", name="Save").click()
    expect(override.get_by_label("Reason")).to_be_focused()  # Nothing is sent without a reason.
    expect(page.locator("header .score").first).to_contain_text("1.5 of")
    override.get_by_label("Reason").fill("right but for a typing error")
    override.get_by_role("button", name="Save").click()
    expect(page.locator("header .score").first).to_contain_text("4.5 of")

    page.get_by_label("Remark").fill("Come and see me.")
    page.locator("form", has=page.get_by_label("Remark")).get_by_role("button", name="Save").click()
    expect(page.locator(".block", has_text="Come and see me.")).to_be_visible()
    records = page.get_by_role("table", name="Records")
    for words in ["graded: 0", "1.5 of 2 for written-1: <i>the step</i> is missing", "3 of 10 for predict", "a remark"]:
        expect(records.get_by_text(words)).to_be_visible()
    page.screenshot(path=pictures / "3-scored.png", full_page=True)


def other_looks(browser, page, pictures):
    """The same page on a phone in the dark."""
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme="dark", storage_state=page.context.storage_state()
    ).new_page()
    phone.goto(page.url)
    width = phone.evaluate("document.documentElement.scrollWidth")
    phone.screenshot(path=pictures / "4-phone.png", full_page=True)
    assert width <= 390, f"the page is {width} pixels wide"


def recorded(program, gradebook):
    """What the command line tells of it afterwards."""
    show = [program, "gradebook", "--gradebook", gradebook, "show"]
    ada = json.loads(subprocess.run([*show, "ada", "--format", "json"], check=True, capture_output=True).stdout)
    scores = [(score["question"], score["points"], score["comment"]) for score in ada["by_hand"]]
    assert scores == [("written-1", 1.5, "<i>the step</i> is missing"), ("predict", 3, "right but for a typing error")], scores
    assert [comment["text"] for comment in ada["comments"]] == ["Come and see me."], ada["comments"]
    everybody = json.loads(subprocess.run([*show, "--format", "json"], check=True, capture_output=True).stdout)
    assert {row["student"]["name"]: row["points"] for row in everybody} == {"ada": 4.5, "bob": 0}, everybody


if __name__ == "__main__":
    main(shutil.which(sys.argv[1]) or sys.argv[1])
