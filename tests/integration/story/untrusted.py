"""A repository that brings its own PyTorch: no command opens it. Its libraries write a file when they are opened."""

import os
import shutil
import subprocess
import sys
import unittest

import harness

CANARY = """
#include <stdio.h>
__attribute__((constructor)) static void opened(void) {
  FILE* file = fopen("%s", "w");
  if (file) fclose(file);
}
"""
LIBRARIES = ("libtorch.so", "libtorch_cpu.so", "libtorch_global_deps.so", "libc10.so", "libtorch_python.so")
COMMANDS = (["try"], ["fingerprint"], ["lock"], ["lock", "--check"], ["check"], ["check", "--no-cache", "--staged"], ["diff"],
            ["status"], ["doctor"], ["init", "--yes"], ["hook", "run"])
MEASURING = ("try", "fingerprint", "lock", "check")


class Untrusted(harness.Sandbox):
    def setUp(self):
        super().setUp()
        self.make_locked_repository()
        self.canary = self.folder / "opened"
        self.venv = self.work / ".venv"
        self.make_venv()
        (self.work / "pyproject.toml").write_text('[project]\nname = "ours"\n', encoding="ascii")
        self.environment.pop("ENVGUARD_TORCH")

    def make_venv(self):
        """A virtual environment whose libraries, and whose python, write the canary."""
        source = self.folder / "canary.c"
        source.write_text(CANARY % self.canary, encoding="ascii")
        library = self.folder / "canary.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
        torch = self.venv / "lib" / "python3.11" / "site-packages" / "torch"
        (torch / "lib").mkdir(parents=True)
        (self.venv / "bin").mkdir()
        (self.venv / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.2\n", encoding="ascii")
        python = self.venv / "bin" / "python"
        python.write_text(f"#!/bin/sh\ntouch '{self.canary}'\n", encoding="ascii")
        python.chmod(0o755)
        (torch / "__init__.py").touch()
        (torch / "version.py").write_text("__version__ = '2.11.0+cu130'\ncuda = '13.0'\n", encoding="ascii")
        for name in LIBRARIES:
            shutil.copy(library, torch / "lib" / name)
        self.library = torch / "lib" / "libtorch.so"

    def commit_it(self):
        self.git("add", "-A", "-f")
        self.git("commit", "-q", "-m", "A PyTorch of our own")

    def nothing_opens_it(self, *words, env=None):
        for command in COMMANDS:
            result = self.run_any(harness.PROGRAMS["envguard"], *command, env=env)
            self.assertFalse(self.canary.exists(), f"{command} opened it")
            if command[0] in MEASURING:
                self.assertEqual(result.returncode, harness.UNTRUSTED, f"{command}\n{result.stdout}{result.stderr}")
                self.one_message(result, ".venv", *words)

    def test_the_canary_sings_when_opened(self):
        code = f"import ctypes; ctypes.CDLL({str(self.library)!r})"
        subprocess.run([sys.executable, "-c", code], check=True)
        self.assertTrue(self.canary.exists())

    def test_tracked_by_git(self):
        self.commit_it()
        self.nothing_opens_it("git")

    def test_tracked_by_git_and_named_by_the_environment(self):
        self.commit_it()
        for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT", "ENVGUARD_TORCH"):
            self.nothing_opens_it("git", env={name: str(self.venv)})

    def test_tracked_by_git_and_named_by_the_policy(self):
        with open(self.work / "envguard.toml", "a", encoding="utf-8") as policy:
            policy.write('\n[environments.default]\npython = ".venv"\n')
        self.commit_it()
        self.nothing_opens_it("git")

    def test_tracked_by_git_and_named_by_the_option(self):
        self.commit_it()
        for command in ("fingerprint", "lock", "check"):
            result = self.envguard(harness.UNTRUSTED, command, "--torch", self.venv)
            self.one_message(result, "git")
            self.assertFalse(self.canary.exists())

    def test_one_tracked_file_is_enough(self):
        (self.work / ".gitignore").write_text(".venv/\n", encoding="ascii")
        self.git("add", ".gitignore")
        self.git("add", "-f", self.library)
        self.git("commit", "-q", "-m", "One library")
        self.nothing_opens_it("git")

    def test_others_can_write_it(self):
        self.library.chmod(0o666)
        self.nothing_opens_it("libtorch.so")

    @unittest.skipIf(os.geteuid() != 0, "only root can give a file to another user")
    def test_another_user_owns_it(self):
        os.chown(self.library, 65534, 65534)
        self.nothing_opens_it("libtorch.so")

    def test_tracked_libraries_that_a_variable_brings_in(self):
        """The install is the user's own; what would load with it is the repository's."""
        folder = self.work / "lib"
        folder.mkdir()
        shutil.copy(self.library, folder / "libutil.so.1")
        shutil.rmtree(self.venv)
        self.git("add", "lib")
        self.git("commit", "-q", "-m", "A library of our own")
        own = {"ENVGUARD_TORCH": str(harness.torch("2.11.0"))}
        own["LD_LIBRARY_PATH"] = str(folder)
        for command in (["check", "--no-cache"], ["lock", "--check"], ["fingerprint"], ["try"], ["hook", "run"]):
            result = self.run_any(harness.PROGRAMS["envguard"], *command, env=own)
            self.assertEqual(result.returncode, harness.UNTRUSTED, f"{command}\n{result.stdout}{result.stderr}")
            self.assertFalse(self.canary.exists(), f"{command} opened it")

    def test_from_another_folder(self):
        self.commit_it()
        result = self.envguard(harness.UNTRUSTED, "fingerprint", "--torch", self.venv, cwd="/")
        self.one_message(result, "git")
        self.assertFalse(self.canary.exists())

    def test_doctor_reads_it_as_text_and_says_so(self):
        self.commit_it()
        result = self.envguard(harness.MATCH, "doctor")
        self.assertIn("2.11.0+cu130", result.stdout)
        self.assertIn("git", result.stdout)
        self.assertFalse(self.canary.exists())

    def test_an_install_outside_that_the_policy_names(self):
        outside = self.folder / "outside"
        self.venv.rename(outside)
        with open(self.work / "envguard.toml", "a", encoding="utf-8") as policy:
            policy.write(f'\n[environments.default]\npython = "{outside}"\n')
        result = self.envguard(harness.UNTRUSTED, "check")
        self.one_message(result, "ENVGUARD_TORCH")
        self.assertFalse(self.canary.exists())


if __name__ == "__main__":
    harness.main()
