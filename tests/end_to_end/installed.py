"""Checks an installed rolodoc, whose path is the one argument: the demo opens, and the command line does its job.

It is a script of its own, because the environment that holds the program has no test tools.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.end_to_end.terminal import Terminal


def main(program: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        env = {"HOME": home, "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "ROLODOC_DB": f"{home}/store.db"}
        with Terminal([program, "demo"], env=env, columns=120, lines=40) as demo:
            demo.wait("[1 Profiles]")
            demo.wait("1 / 400")
            demo.press("2")
            demo.wait("1 / 2,")
            demo.press("q")
            assert demo.wait_end() == 0

        def run(*arguments: str) -> str:
            done = subprocess.run([program, *arguments], env=env, cwd=home, capture_output=True, text=True, check=True)
            return done.stdout

        run("type", "new", "--set", "name=author", "--set", "inverse=author of")
        run("profile", "new", "--set", "name=Mira Holm")
        run("document", "new", "--set", "title=Harbour survey")
        run("link", "add", "Harbour survey", "Mira Holm", "--type", "author")
        assert "author of: 1 document" in run("profile", "show", "Mira Holm")
        run("export", "out")
        run("--db", f"{home}/again.db", "import", "out")
        assert "Mira Holm" in run("--db", f"{home}/again.db", "document", "show", "Harbour survey")
    sys.stdout.write("the installed program works\n")


if __name__ == "__main__":
    main(sys.argv[1])
