"""Executes the cells of a notebook, one after the other: a list of {line, language, code} on standard input."""
import json
import subprocess
import sys

page = sys.argv[1]
names = {"__name__": "__main__"}
for cell in json.load(sys.stdin):
    where = f"{page}:{cell['line']}"
    try:
        if cell["language"] == "python":
            # As far down in the page, so that errors have its lines.
            exec(compile("\n" * cell["line"] + cell["code"], page, "exec"), names)
        else:
            subprocess.run(["bash", "-euo", "pipefail", "-c", cell["code"]], check=True, stdin=subprocess.DEVNULL)
    except Exception:
        print(f"{where} failed", file=sys.stderr, flush=True)
        raise
    print(where)
