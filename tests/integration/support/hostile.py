"""Repositories that try to have their own code run. Every command is traced over them; a library of theirs that runs leaves a mark."""

import os
import shutil
import subprocess
import unittest

import harness
import trace

MARK = """
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void leave_a_mark(void) {
  int file = open("%s", O_CREAT | O_WRONLY, 0644);
  if (file >= 0) close(file);
}
unsigned la_version(unsigned version) { return version; }  /* rtld-audit(7): LD_AUDIT keeps only what has it */
"""
TORCH_LIBRARIES = ("libtorch.so", "libtorch_cpu.so", "libtorch_global_deps.so", "libc10.so")
PACKAGES = "lib/python3.11/site-packages"

# Every command that may look at an install, as it is typed in a repository.
MEASURING = (("try",), ("fingerprint",), ("lock",), ("lock", "--check"), ("check", "--no-cache"), ("check", "--ci"))
LOOKING = (("doctor",), ("hook", "run"), ("diff",), ("init", "--yes"), ("status",), ("explain",))
COMMANDS = MEASURING + LOOKING


class Hostile(harness.Sandbox):
    """A sandbox whose repository is hostile. `self.mark` is there once code of the repository has run."""

    def setUp(self):
        super().setUp()
        if not trace.may_trace():
            raise unittest.SkipTest("this machine forbids ptrace, so strace sees nothing")
        self.mark = self.folder / "mark"
        self.traces = 0

    # What the repository holds.

    def make_library(self, path):
        """A shared library that leaves the mark when it is loaded."""
        made = self.folder / "mark.so"
        if not made.exists():
            source = self.folder / "mark.c"
            source.write_text(MARK % self.mark, encoding="ascii")
            subprocess.run(["cc", "-shared", "-fPIC", "-o", made, source], check=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made, path)
        return path

    def make_program(self, path):
        """A script that leaves the mark. It needs nothing of PATH."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n: > '{self.mark}'\n", encoding="ascii")
        path.chmod(0o755)
        return path

    def make_install(self, prefix, packages=PACKAGES):
        """What looks like a virtual environment with a PyTorch. Its libraries leave the mark."""
        package = prefix / packages / "torch"
        for name in TORCH_LIBRARIES:
            self.make_library(package / "lib" / name)
        (package / "__init__.py").touch()
        (package / "version.py").write_text("__version__ = '2.11.0+cpu'\ncuda = None\n", encoding="ascii")
        (prefix / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.2\n", encoding="ascii")
        return prefix

    def make_project(self):
        """A locked repository that is a Python project. No variable names a PyTorch."""
        self.make_locked_repository()
        (self.work / "pyproject.toml").write_text('[project]\nname = "theirs"\n', encoding="ascii")
        self.environment.pop("ENVGUARD_TORCH")

    def commit(self):
        self.git("add", "-A", "-f")
        self.git("commit", "-q", "-m", "Theirs")

    def tracked(self, folder=None, **options):
        """Every file that git tracks, absolute."""
        folder = folder or self.work
        listed = self.git("ls-files", "-z", cwd=folder, **options).stdout
        return [folder / name for name in listed.split("\0") if name]

    # What must not happen.

    def traced(self, *arguments, cwd=None, env=None):
        """Runs envguard under strace. Returns its result and the trace."""
        self.traces += 1
        output = self.folder / f"trace-{self.traces}"
        result = self.run_any(*trace.command(output, harness.PROGRAMS["envguard"], *arguments), cwd=cwd, env=env)
        seen = trace.read(output)
        self.assertTrue(seen.started("envguard"), f"the trace of {arguments} is empty\n{result.stdout}{result.stderr}")
        return result, seen

    def runs_nothing(self, files, *arguments, code=None, cwd=None, env=None):
        """One command, of which no file is started, mapped or handed to a loader. Returns its result and the trace."""
        result, seen = self.traced(*arguments, cwd=cwd, env=env)
        told = f"envguard {' '.join(map(str, arguments))}: exit {result.returncode}\n{result.stdout}{result.stderr}"
        self.assertEqual(seen.against(files), [], told)
        self.assertFalse(self.mark.exists(), f"code of the repository ran\n{told}")
        self.assertNotIn("terminate called", result.stderr)
        if code is not None:
            self.assertEqual(result.returncode, code, told)
        return result, seen

    def nothing_runs(self, files=None, commands=COMMANDS, **options):
        """Every command over the repository: none runs a file of it, and what would measure says "untrusted"."""
        files = files or self.tracked()
        for command in commands:
            code = harness.UNTRUSTED if command in MEASURING else None
            result, seen = self.runs_nothing(files, *command, code=code, **options)
            if code is not None:
                self.one_message(result)
                self.starts_no_engine(seen)

    def doctor_says_untrusted(self, *words, **options):
        """doctor reads what it may read, says what it did not open, and ends with 0."""
        result, _ = self.runs_nothing(self.tracked(), "doctor", code=harness.MATCH, **options)
        unwrapped = " ".join(result.stdout.split())
        for word in ("untrusted", *words):
            self.assertIn(word, unwrapped)

    def starts_no_engine(self, seen):
        """Neither the engine nor the dynamic linker was started."""
        self.assertEqual([each.program for each in seen.started("envguard-engine") + seen.started("ld-")], [])


def own_torch(version="2.11.0"):
    """The user's own install, outside of every repository."""
    return {"ENVGUARD_TORCH": str(harness.torch(version))}
