"""Repositories that are not what a command expects, and some that are unusual and must work."""

import os
import shutil
import unittest

import harness


class Repositories(harness.Sandbox):
    def test_not_a_repository(self):
        for command in ("check", "lock", "status", "init"):
            arguments = ("--yes",) if command == "init" else ()
            self.one_message(self.envguard(harness.USAGE, command, *arguments), "git", str(self.work))

    def test_bare(self):
        self.git("init", "-q", "--bare", ".")
        self.one_message(self.envguard(harness.USAGE, "check"), "bare")

    def test_no_commits(self):
        self.make_repository()
        shutil.copytree(harness.locked_files(self), self.work, dirs_exist_ok=True)
        self.verdict(harness.MATCH)
        self.git("add", "-A")
        self.envguard(harness.MATCH, "hook", "run")
        self.one_message(self.envguard(harness.USAGE, "check", "--commit", "HEAD"), "HEAD")

    def test_locked_index_does_not_disturb_a_check(self):
        self.make_locked_repository()
        (self.work / ".git" / "index.lock").touch()
        self.verdict(harness.MATCH)
        self.envguard(harness.MATCH, "hook", "run")

    def test_sha256(self):
        self.git("init", "-q", "--object-format=sha256", ".")
        self.git("config", "user.name", "A. Person")
        self.git("config", "user.email", "person@example.org")
        shutil.copytree(harness.locked_files(self), self.work, dirs_exist_ok=True)
        self.git("add", "-A")
        self.envguard(harness.MATCH, "hook", "install")
        self.git("commit", "-q", "-m", "Pin the environment")
        self.verdict(harness.MATCH, "--commit", "HEAD")

    @unittest.skipIf(os.geteuid() != 0, "only root can give a repository to another user")
    def test_dubious_ownership_says_what_to_type(self):
        self.make_locked_repository()
        for path in (self.work, self.work / ".git"):
            os.chown(path, 65534, 65534)
        result = self.envguard(harness.USAGE, "check")
        self.one_message(result, "git config --global --add safe.directory", str(self.work))

    def test_a_folder_below_the_top(self):
        self.make_locked_repository()
        below = self.work / "a" / "b"
        below.mkdir(parents=True)
        self.verdict(harness.MATCH, cwd=below)

    def test_a_name_that_git_quotes(self):
        strange = self.folder / "w\u00f6rk \"quoted\""
        self.work.rename(strange)
        self.work = strange
        self.make_locked_repository()
        self.envguard(harness.MATCH, "hook", "install")
        self.git("commit", "-q", "--allow-empty", "-m", "passes")

    def test_a_name_with_a_line_break(self):
        strange = self.folder / "two\nlines"
        self.work.rename(strange)
        self.work = strange
        self.make_repository()
        self.one_message(self.envguard(harness.USAGE, "check"), "line break")


if __name__ == "__main__":
    harness.main()
