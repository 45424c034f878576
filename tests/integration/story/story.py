"""The main story, end to end: lock, check, hook and relock on a real PyTorch in a real git repository."""

import json
import re

import harness

KNOB = {"ONEDNN_MAX_CPU_ISA": "SSE41", "ATEN_CPU_CAPABILITY": "default"}


class Story(harness.Sandbox):
    def commit(self, code, **options):
        return self.git("commit", "-q", "--allow-empty", "-m", "a commit", code=code, **options)

    def test_from_nothing_to_a_blocked_commit(self):
        self.make_repository()
        self.envguard(harness.MATCH, "init", "--yes")
        self.envguard(harness.MATCH, "lock", "--device", "cpu")
        self.git("add", "-A")
        self.commit(0)
        self.envguard(harness.MATCH, "hook", "install")
        passed = self.commit(0)
        self.assertLessEqual(len((passed.stdout + passed.stderr).splitlines()), 1)
        blocked = self.commit(1, env=KNOB)
        text = blocked.stdout + blocked.stderr
        for word in ("ONEDNN_MAX_CPU_ISA", "unset", "envguard lock"):
            self.assertIn(word, text)
        self.commit(0)

    def test_one_line_on_success(self):
        self.make_locked_repository()
        result = self.envguard(harness.MATCH, "check")
        self.assertEqual(len(result.stdout.splitlines()), 1, result.stdout)
        self.assertIn("match", result.stdout)
        self.assertEqual(self.envguard(harness.MATCH, "check", "--quiet").stdout, "")

    def test_no_name_of_this_machine_is_in_a_lock(self):
        self.make_locked_repository()
        text = self.lock_file().read_text(encoding="utf-8")
        for private in (str(self.folder), str(harness.CACHE), "/root", "/home", "envguard-test"):
            self.assertNotIn(private, text)

    def test_the_hook_reads_the_index_and_check_the_work_tree(self):
        self.make_locked_repository()
        lock = self.lock_file()
        good = lock.read_bytes()
        lock.write_bytes(b"damaged")
        self.envguard(harness.LOCK_UNREADABLE, "check")
        self.envguard(harness.MATCH, "hook", "run")
        self.git("add", "-A")
        lock.write_bytes(good)
        self.envguard(harness.MATCH, "check")
        self.envguard(harness.LOCK_UNREADABLE, "hook", "run")
        self.envguard(harness.LOCK_UNREADABLE, "check", "--staged")
        self.envguard(harness.MATCH, "check", "--commit", "HEAD")

    def test_a_lock_without_git_and_without_policy(self):
        self.make_locked_repository()
        lock = self.lock_file().rename(self.folder / "tmp" / "a.toml")
        self.envguard(harness.MATCH, "check", "--lock", lock, cwd=self.folder / "tmp")
        self.envguard(harness.NUMERIC_DRIFT, "check", "--lock", lock, cwd=self.folder / "tmp", env=KNOB)

    def test_a_lock_of_other_hardware_is_not_judged(self):
        self.make_locked_repository()
        lock = self.lock_file()
        text = lock.read_text(encoding="utf-8")
        lock.write_text(re.sub(r"(?m)^cpu-model = .*$", "cpu-model = 250", text), encoding="utf-8")
        result = self.run_any(harness.PROGRAMS["envguard"], "check")
        # The key is covered by the lock's id: a lock edited by hand is found out before its hardware is compared.
        self.assertIn(result.returncode, (harness.NOT_JUDGED, harness.LOCK_UNREADABLE))

    def test_a_kept_verdict_ends_with_what_it_rested_on(self):
        self.make_locked_repository()
        self.assertFalse(self.verdict(harness.MATCH)["judgements"][0]["kept"])
        self.assertTrue(self.verdict(harness.MATCH)["judgements"][0]["kept"])
        self.assertFalse(self.verdict(harness.MATCH, "--no-cache")["judgements"][0]["kept"])
        self.verdict(harness.NUMERIC_DRIFT, env=KNOB)
        self.verdict(harness.MATCH)

    def test_the_hook_can_be_skipped_and_says_so(self):
        self.make_locked_repository()
        self.envguard(harness.MATCH, "hook", "install")
        self.commit(1, env=KNOB)
        for skip in ({"ENVGUARD_SKIP": "1"}, {"SKIP": "ruff,envguard"}):
            passed = self.commit(0, env={**KNOB, **skip})
            self.assertIn("skip", (passed.stdout + passed.stderr).lower())

    def test_a_commit_of_ignored_files_is_not_measured(self):
        self.make_locked_repository()
        self.envguard(harness.MATCH, "hook", "install")
        self.assertIn('"*.md"', (self.work / "envguard.toml").read_text(encoding="utf-8"))
        (self.work / "notes.md").write_text("words", encoding="utf-8")
        self.git("add", "notes.md")
        self.git("commit", "-q", "-m", "words", env=KNOB)

    def test_without_envguard_the_hook_lets_pass_with_one_line(self):
        self.make_locked_repository()
        self.envguard(harness.MATCH, "hook", "install")
        hook = self.work / ".git" / "hooks" / "pre-commit"
        script = hook.read_text(encoding="utf-8")
        hook.write_text(script.replace(str(harness.PROGRAMS["envguard-hook"]), "/nowhere/envguard-hook"), encoding="utf-8")
        self.assertNotEqual(hook.read_text(encoding="utf-8"), script)
        passed = self.commit(0, env={"PATH": "/usr/bin:/bin", **KNOB})
        self.assertEqual(len((passed.stdout + passed.stderr).splitlines()), 1)

    def test_every_command_has_json_where_it_says_so(self):
        self.make_locked_repository()
        for command in (["doctor"], ["fingerprint"], ["check"], ["status"], ["diff"], ["lock", "--check"]):
            result = self.envguard(harness.MATCH, *command, "--format", "json")
            self.assertIsInstance(json.loads(result.stdout), dict, command)

    def test_try_shows_a_match_and_a_drift_and_writes_nothing(self):
        result = self.envguard(harness.MATCH, "try")
        self.assertRegex(result.stdout, r"[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}")
        self.assertIn("ONEDNN_MAX_CPU_ISA", result.stdout)
        self.assertEqual(list(self.work.iterdir()), [])


if __name__ == "__main__":
    harness.main()
