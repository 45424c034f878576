"""What the Python integration tests share: the built programs, the PyTorch installs, and a sandbox to run them in."""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("ENVGUARD_BUILD", SOURCE / "build" / "release"))
PROGRAMS = {
    "envguard": BUILD / "bin" / "envguard",
    "envguard-engine": BUILD / "libexec" / "envguard" / "envguard-engine",
    "envguard-hook": BUILD / "libexec" / "envguard" / "envguard-hook",
}
CACHE = Path(os.environ.get("ENVGUARD_TEST_TORCH") or Path.home() / ".cache" / "envguard-test")

MATCH, VERSION_DRIFT, USAGE, LOCK_UNREADABLE, NOT_JUDGED = 0, 1, 2, 3, 4
UNTRUSTED, COULD_NOT_MEASURE, UNSTABLE, NUMERIC_DRIFT, INTERRUPTED = 5, 6, 7, 8, 130


def torch(version):
    """The torch folder of a wheel-only install. A missing one is a failure, never a skip."""
    folder = CACHE / f"torch-{version}" / "lib" / "python3" / "site-packages" / "torch"
    if not folder.is_dir():
        raise AssertionError(f"{folder} is missing: run ci/fetch-torch")
    return folder


class Sandbox(unittest.TestCase):
    """A home, a cache and a work folder that nothing else uses, and an environment without the caller's variables."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="envguard-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        for name in ("home", "cache", "work", "tmp"):
            (self.folder / name).mkdir()
        self.work = self.folder / "work"
        self.environment = {
            "PATH": f"{PROGRAMS['envguard'].parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder / "home"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "TMPDIR": str(self.folder / "tmp"),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "ENVGUARD_TORCH": self.default_install(),
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def default_install(self):
        """The PyTorch of ENVGUARD_TORCH in the sandbox."""
        return str(torch("2.11.0"))

    def run_any(self, *command, cwd=None, env=None, **options):
        """Runs a command in the sandbox; `env` adds variables, None removes one."""
        environment = {name: value for name, value in {**self.environment, **(env or {})}.items() if value is not None}
        return subprocess.run([str(part) for part in command], cwd=cwd or self.work, env=environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=500, check=False, **options)

    def expect(self, code, *command, **options):
        """Runs a command and insists on its exit code."""
        result = self.run_any(*command, **options)
        self.assertEqual(result.returncode, code, f"{' '.join(map(str, command))}\n{result.stdout}\n{result.stderr}")
        return result

    def envguard(self, code, *arguments, **options):
        return self.expect(code, PROGRAMS["envguard"], *arguments, **options)

    def verdict(self, code, *arguments, **options):
        """The JSON of `check`."""
        verdict = json.loads(self.envguard(code, "check", "--format", "json", *arguments, **options).stdout)
        self.assertEqual(verdict["exit_code"], code)
        return verdict

    def git(self, *arguments, code=0, **options):
        return self.expect(code, "git", *arguments, **options)

    def make_repository(self):
        """An empty repository in `self.work`."""
        self.git("init", "-q", "-b", "main", ".")
        self.git("config", "user.name", "A. Person")
        self.git("config", "user.email", "person@example.org")

    def make_locked_repository(self):
        """A repository with policy and lock of torch 2.11.0 committed."""
        self.make_repository()
        shutil.copytree(locked_files(self), self.work, dirs_exist_ok=True)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Pin the environment")

    def lock_file(self, suffix=".toml"):
        """The one lock of the repository."""
        found = sorted((self.work / "envguard.lock.d").rglob(f"*{suffix}"))
        self.assertEqual(len(found), 1, found)
        return found[0]

    def one_message(self, result, *words):
        """A failure says what was wrong, in these words, and what to do next; it is no abort and no sanitizer's report."""
        text = result.stderr + result.stdout
        unwrapped = " ".join(text.split())  # where a line breaks depends on this machine's names
        for word in words:
            self.assertIn(" ".join(word.split()), unwrapped)
        self.assertRegex(text, r"(?m)^ *(next|and|to undo|to accept|to lock it)\b")
        self.assertNotIn("terminate called", text)
        self.assertNotIn("Sanitizer", text)


def without_day(lock):
    """A lock's bytes without the day on which it was made: it may have changed since."""
    return re.sub(rb'(?m)^locked = "[0-9-]+"$', b"", lock)


def locked_files(sandbox):
    """Policy and lock of torch 2.11.0 on this CPU, made once for each build and kept in it."""
    return made_once(sandbox, "locked", lambda work, *command: sandbox.envguard(MATCH, *command, cwd=work), "cpu")


def made_once(sandbox, name, envguard, device, sources=()):
    """The folder of a repository's policy and lock, which `envguard(folder, command...)` makes where this build has none that is
    younger than its programs and the `sources`."""
    made = BUILD / "tests" / "integration" / name
    made.parent.mkdir(parents=True, exist_ok=True)
    with open(made.with_suffix(".guard"), "w", encoding="utf-8") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        newest = max(file.stat().st_mtime for file in (*PROGRAMS.values(), *sources))
        if made.exists() and made.stat().st_mtime > newest:
            return made
        shutil.rmtree(made, ignore_errors=True)
        work = sandbox.folder / "locking"
        work.mkdir()
        sandbox.git("init", "-q", ".", cwd=work)
        envguard(work, "init", "--yes")
        envguard(work, "lock", "--device", device)
        shutil.rmtree(work / ".git")
        work.rename(made) if work.stat().st_dev == made.parent.stat().st_dev else shutil.move(work, made)
        os.utime(made)
    return made


def main():
    """unittest.main, with CTest's exit code 77 and the reason where every test was skipped."""
    result = unittest.main(module="__main__", exit=False).result
    for _, reason in result.skipped:
        print(f"skipped: {reason}")
    if result.wasSuccessful() and result.skipped and len(result.skipped) == result.testsRun:
        sys.exit(77)
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)
