"""Runs each program of the folder that is named, in one process, and writes its manifests, or why there are none, beside it."""
import pathlib
import sys

import cdk8s

app_class = cdk8s.App

for program in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    outdir = program.with_suffix("")
    outdir.mkdir()
    cdk8s.App = lambda: app_class(outdir=str(outdir))
    try:
        exec(compile(program.read_text(), program.name, "exec"), {"__name__": "__main__"})
    except Exception as error:
        (outdir / "error").write_text(f"{type(error).__name__}: {error}")
