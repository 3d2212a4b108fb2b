"""The kernel in JupyterLab under headless Chromium, as a student meets it: open the notebook of assignment `softmax`,
run its first cells, complete, plot, interrupt, restart. Pictures of each step go to the folder $KERNEL_TEST_PICTURES.
"""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# Cells compile while others use the machine too.
PATIENCE = 60_000

PLOT = 'gradus_nn::pictures::loss_curves(&[("training", &[2.3, 1.7, 1.2, 0.9, 0.75, 0.7][..])])'


def main():
    pictures = folder_of_pictures()
    with jupyterlab(["softmax"]) as (address, new_page):
        page = new_page()
        try:
            session(page, address, pictures)
        except Exception:
            page.screenshot(path=pictures / "failure.png")
            raise
    print(f"all seen; pictures are in {pictures}")


def folder_of_pictures():
    pictures = Path(os.environ.get("KERNEL_TEST_PICTURES") or tempfile.mkdtemp(prefix="kernel-pictures-"))
    pictures.mkdir(parents=True, exist_ok=True)
    return pictures


@contextmanager
def jupyterlab(assignments):
    """JupyterLab in a folder with the notebooks of these assignments: its address, and what makes a page of a browser."""
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as work, tempfile.TemporaryDirectory() as notebooks:
        for assignment in assignments:
            shutil.copy(REPOSITORY / f"notebooks/{assignment}.ipynb", notebooks)
        server, address = start_lab(Path(work), notebooks)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

                def new_page():
                    page = browser.new_page(viewport={"width": 1280, "height": 900})
                    page.set_default_timeout(PATIENCE)
                    return page

                try:
                    yield address, new_page
                finally:
                    browser.close()
        finally:
            server.terminate()
            try:
                server.wait(timeout=60)
            except subprocess.TimeoutExpired:
                server.kill()


def start_lab(work, notebooks):
    """Starts JupyterLab in the folder of notebooks and waits until it answers."""
    # A fresh JupyterLab asks whether it may fetch news, in front of what the pictures are to show.
    settings = work / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"fetchNews": "false"}')
    environment = {**os.environ, "JUPYTERLAB_SETTINGS_DIR": str(work / "settings")}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"),
        *("--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if os.geteuid() == 0:
        command.append("--allow-root")
    log = work / "lab.log"
    with open(log, "w") as output:
        server = subprocess.Popen(command, cwd=notebooks, env=environment, stdout=output, stderr=output)
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/api", timeout=2).read()
            return server, address
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.2)
    server.kill()
    raise SystemExit(f"JupyterLab does not start:\n{log.read_text()}")


def session(page, address, pictures):
    def picture(name):
        page.screenshot(path=pictures / f"{name}.png")

    page.goto(f"{address}/lab?reset")
    launcher = page.locator(".jp-LauncherCard[title='Rust (Gradus)']")
    expect(launcher.first).to_be_visible()
    picture("1-launcher")

    page.goto(f"{address}/lab/tree/softmax.ipynb")
    expect(page.locator(".jp-NotebookPanel")).to_be_visible()
    expect(page.get_by_text("Rust (Gradus)").first).to_be_visible()
    wait_for_state(page, "Idle")
    code_cells = page.locator(".jp-NotebookPanel .jp-CodeCell")
    # Highlighting is by the language that the kernel names.
    expect(code_cells.first.locator(".cm-line span").first).to_be_visible()
    run_first_cells(page, code_cells, 3)
    picture("2-softmax")

    cell = add_cell_at_end(page)
    run(page, cell, "let losses = vec![2.3, 1.7, 1.2, 0.9];\nlosses.len()")
    expect(output_of(page, cell)).to_contain_text("4")

    cell = add_cell_at_end(page)
    type_into(page, cell, "losses.ite")
    popup = page.locator(".jp-Completer:not(.lm-mod-hidden)")
    complete(page, popup)
    expect(popup).to_contain_text("iter")
    picture("3-completion")
    page.keyboard.press("Escape")
    clear(page, cell)

    run(page, cell, PLOT)
    figure = output_of(page, cell).locator("img, svg").first
    expect(figure).to_be_visible()
    figure.evaluate("figure => figure.scrollIntoView({block: 'center'})")
    picture("4-plot")

    cell = add_cell_at_end(page)
    run(page, cell, "loop { std::hint::spin_loop(); }", wait=False)
    wait_for_state(page, "Busy")
    time.sleep(2)
    menu(page, "Kernel", "Interrupt Kernel")
    expect(output_of(page, cell)).to_contain_text("nterrupt")
    wait_for_state(page, "Idle")
    picture("5-interrupt")

    cell = add_cell_at_end(page)
    run(page, cell, "losses.iter().sum::<f64>() > 6.0")
    expect(output_of(page, cell)).to_contain_text("true")

    menu(page, "Kernel", "Restart Kernel…")
    page.locator(".jp-Dialog .jp-mod-accept").click()
    time.sleep(1)
    wait_for_state(page, "Idle")
    cell = add_cell_at_end(page)
    run(page, cell, "losses.len()")
    expect(output_of(page, cell)).to_contain_text("E0425")
    output_of(page, cell).evaluate("output => output.scrollIntoView({block: 'center'})")
    picture("6-restart")


def wait_for_state(page, state):
    """The circle at the top right; it has the state in its title."""
    page.wait_for_function(
        "state => [...document.querySelectorAll('.jp-Notebook-ExecutionIndicator, .jp-Toolbar-kernelStatus')].some(e => (e.getAttribute('data-status') || e.title || '').toLowerCase().includes(state.toLowerCase()))",
        arg=state,
    )


def complete(page, popup):
    """JupyterLab waits one second for an answer, and rust-analyzer is loaded at the first question: a student asks again."""
    give_up = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < give_up:
        page.keyboard.press("Tab")
        try:
            expect(popup).to_be_visible(timeout=2_000)
            return
        except AssertionError:
            pass
    expect(popup).to_be_visible(timeout=1)


def run_first_cells(page, code_cells, count):
    """Runs from the top, as with Shift+Enter, until `count` code cells have a number."""
    page.locator(".jp-NotebookPanel .jp-Cell").first.click()
    for _ in range(50):
        page.keyboard.press("Shift+Enter")
        time.sleep(0.3)
        if page.locator(".jp-CodeCell .jp-InputPrompt").nth(count - 1).inner_text().strip() != "[ ]:":
            break
    page.wait_for_function(
        "count => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].slice(0, count).every(e => /\\d/.test(e.innerText))",
        arg=count,
    )


def add_cell_at_end(page):
    page.keyboard.press("Escape")
    page.locator(".jp-NotebookPanel .jp-Notebook-footer").click()
    page.wait_for_timeout(300)
    return page.locator(".jp-NotebookPanel .jp-CodeCell.jp-mod-active").first.get_attribute("data-windowed-list-index")


def element(page, cell):
    return page.locator(f".jp-NotebookPanel .jp-CodeCell[data-windowed-list-index='{cell}']")


def type_into(page, cell, code):
    element(page, cell).locator(".cm-content").click()
    page.keyboard.insert_text(code)


def clear(page, cell):
    element(page, cell).locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")


def run(page, cell, code, wait=True):
    type_into(page, cell, code)
    page.keyboard.press("Control+Enter")
    if wait:
        prompt = element(page, cell).locator(".jp-InputPrompt")
        page.wait_for_function("e => /\\d/.test(e.innerText)", arg=prompt.element_handle())


def output_of(page, cell):
    return element(page, cell).locator(".jp-Cell-outputWrapper")


def menu(page, name, entry):
    page.locator(".lm-MenuBar-itemLabel", has_text=name).first.click()
    page.locator(".lm-Menu-itemLabel", has_text=entry).first.click()


if __name__ == "__main__":
    main()
