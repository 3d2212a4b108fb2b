"""The kernel under `jupyter console`, in a terminal of its own."""
import os
import re
import sys

import pexpect

KERNEL = os.environ.get("KERNEL_NAME", "gradus")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()=>][0-9A-Za-z]?|[\r\x07]")


def test_a_session():
    command = ["-m", "jupyter", "console", "--kernel", KERNEL, "--simple-prompt", "--ZMQTerminalInteractiveShell.highlighting_style=bw"]
    # A console that knows no cursor keys: what comes back is what was printed.
    console = pexpect.spawn(sys.executable, command, timeout=60, encoding="utf-8", env={**os.environ, "TERM": "dumb"}, dimensions=(40, 200))
    try:
        console.expect(r"In \[1\]:")
        assert "Gradus" in console.before
        console.sendline("6 * 7")
        console.expect(r"Out\[1\]: 42")
        console.expect(r"In \[2\]:")
        console.sendline('println!("from a cell");')
        console.expect("from a cell\r\n")
        console.expect(r"In \[3\]:")
        console.sendline('panic!("at the console");')
        console.expect("at the console")
        console.expect(r"In \[4\]:")
        console.sendline("let mut line = String::new(); std::io::stdin().read_line(&mut line).unwrap(); println!(\"got [{}]\", line.trim());")
        console.sendline("a line")
        console.expect(r"got \[a line\]")
        console.expect(r"In \[5\]:")
        console.sendeof()
        console.expect([pexpect.EOF, r"exit.*\?"])
    finally:
        console.close(force=True)
