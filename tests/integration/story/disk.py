"""A disk that is full, or read-only, while locking: the old pair stays, whole, and nothing else is left."""

import resource
import signal
import subprocess
import unittest

import harness

KNOB = {"ONEDNN_MAX_CPU_ISA": "SSE41", "ATEN_CPU_CAPABILITY": "default"}


class Disk(harness.Sandbox):
    def setUp(self):
        super().setUp()
        self.mounted = False
        if self.id().endswith("_mounted") and not self.mount():
            self.skipTest("this user may not mount a file system")
        self.make_locked_repository()

    def mount(self):
        command = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", self.work]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            return False
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.work], check=True)
        return True

    def tree(self):
        """Every file of the work tree with its bytes, git's own apart."""
        files = (path for path in self.work.rglob("*") if path.is_file() and ".git" not in path.parts)
        return {path: path.read_bytes() for path in files}

    def lock_fails(self, *words, **options):
        before = self.tree()
        result = self.envguard(harness.COULD_NOT_MEASURE, "lock", "--device", "cpu", "--refresh", "--reason", "again", env=KNOB,
                               **options)
        self.one_message(result, "envguard.lock.d", *words)
        self.assertEqual(self.tree(), before)

    def test_full_mounted(self):
        filler = self.work / ".git" / "filler"
        with open(filler, "wb", buffering=0) as file, self.assertRaises(OSError):
            while file.write(b"x" * 4096):
                pass
        self.lock_fails("No space left on device")

    def test_read_only_mounted(self):
        subprocess.run(["mount", "-o", "remount,ro", self.work], check=True)
        self.lock_fails("Read-only file system")
        subprocess.run(["mount", "-o", "remount,rw", self.work], check=True)

    def test_file_size_limit(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

        self.lock_fails("File too large", preexec_fn=limit)

    def test_a_check_needs_no_disk(self):
        """Nothing can be kept, and the verdict is the same."""
        (self.folder / "cache").rmdir()
        (self.folder / "cache").write_text("not a folder", encoding="ascii")
        self.verdict(harness.MATCH)
        self.verdict(harness.MATCH)


if __name__ == "__main__":
    harness.main()
