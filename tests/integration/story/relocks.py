"""What locking again does: the same bytes, a reason for others, and evidence that is mended. Each lock measures for a while."""

import harness

KNOB = {"ONEDNN_MAX_CPU_ISA": "SSE41", "ATEN_CPU_CAPABILITY": "default"}


class Relocks(harness.Sandbox):
    def locked_bytes(self):
        return {path: harness.without_day(path.read_bytes()) for path in self.work.rglob("envguard.lock.d/*/*")}

    def test_two_locks_of_one_measurement_are_the_same_bytes(self):
        self.make_locked_repository()
        files = self.locked_bytes()
        self.assertEqual(len(files), 2)
        for path in files:
            path.unlink()
        self.envguard(harness.MATCH, "lock", "--device", "cpu")
        again = self.locked_bytes()
        self.assertEqual(again.keys(), files.keys())
        for path, content in files.items():
            self.assertTrue(again[path] == content, path)

    def test_a_relock_that_moves_nothing_keeps_the_bytes(self):
        self.make_locked_repository()
        self.envguard(harness.MATCH, "lock", "--device", "cpu", "--reason", "to see")
        self.assertEqual(self.git("status", "--porcelain").stdout, "")

    def test_a_relock_says_why_and_what_moved(self):
        self.make_locked_repository()
        self.one_message(self.envguard(harness.USAGE, "lock", "--device", "cpu", env=KNOB), "--reason")
        self.assertEqual(self.git("status", "--porcelain").stdout, "")
        self.envguard(harness.MATCH, "lock", "--device", "cpu", "--reason", "older CPUs", env=KNOB)
        text = self.lock_file().read_text(encoding="utf-8")
        self.assertIn('reason = "older CPUs"', text)
        self.assertRegex(text, r'(?m)^dnn = \{ moved = [1-9]\d*, of = \d+, worst = "[^"]+", distance = "\d\.\de-\d+", class = "\w+" \}')
        diff = self.envguard(harness.MATCH, "diff", "HEAD").stdout
        self.assertIn("ONEDNN_MAX_CPU_ISA", diff)

    def test_lock_check_only_says(self):
        self.make_locked_repository()
        self.envguard(harness.MATCH, "lock", "--device", "cpu", "--check")
        self.envguard(harness.VERSION_DRIFT, "lock", "--device", "cpu", "--check", env=KNOB)
        self.assertEqual(self.git("status", "--porcelain").stdout, "")

    def test_lock_mends_what_is_missing_or_damaged(self):
        self.make_locked_repository()
        lock, evidence = self.lock_file(), self.lock_file(".evidence")
        good = harness.without_day(lock.read_bytes()), evidence.read_bytes()
        for damage in (evidence.unlink, lambda: evidence.write_bytes(good[1][:1000])):
            damage()
            result = self.envguard(harness.MATCH, "check", "--no-cache")
            self.assertIn(evidence.name, result.stdout)
            self.envguard(harness.MATCH, "lock", "--device", "cpu")
            self.assertTrue((harness.without_day(lock.read_bytes()), evidence.read_bytes()) == good)
        evidence.unlink()
        self.envguard(harness.VERSION_DRIFT, "lock", "--device", "cpu", "--check")


if __name__ == "__main__":
    harness.main()
