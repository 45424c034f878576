"""SIGINT, SIGTERM and SIGHUP at random moments: 130, the lock's old pair or the new one, no file and no process left."""

import os
import random
import signal
import subprocess
import time
import uuid
from pathlib import Path

import harness

MOMENTS = {"lock": 16, "hook": 50}  # a lock takes ten times as long
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
KNOB = {"ONEDNN_MAX_CPU_ISA": "SSE41", "ATEN_CPU_CAPABILITY": "default"}


def takes_care_of(pid, number):
    """Whether a process has a handler for the signal, or holds it back, as it does from its first statements on."""
    masks = {}
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name in ("SigCgt", "SigBlk"):
            masks[name] = int(value, 16)
    return (masks["SigCgt"] | masks["SigBlk"]) >> (number - 1) & 1


class Signals(harness.Sandbox):
    def setUp(self):
        super().setUp()
        self.make_locked_repository()
        self.mark = uuid.uuid4().hex
        self.seed = random.randrange(1 << 32)
        self.random = random.Random(self.seed)

    def start(self, *command):
        environment = {**self.environment, **KNOB, "STORY_MARK": self.mark}
        return subprocess.Popen([str(part) for part in command], cwd=self.work, env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def duration(self, *command):
        started = time.monotonic()
        self.start(*command).communicate(timeout=300)
        return time.monotonic() - started

    def interrupt(self, number, delay, *command):
        """Sends the signal `delay` seconds after the process began to take care of it; its exit code."""
        child = self.start(*command)
        while child.poll() is None and not takes_care_of(child.pid, number):
            time.sleep(0.001)
        time.sleep(delay)
        child.send_signal(number)
        child.communicate(timeout=60)
        return child.returncode

    def tree(self):
        return {path: path.read_bytes() for path in self.work.rglob("*")
                if path.is_file() and not path.is_relative_to(self.work / ".git" / "hooks")}

    def running(self):
        found = []
        for environment in Path("/proc").glob("[0-9]*/environ"):
            try:
                if f"STORY_MARK={self.mark}".encode() in environment.read_bytes():
                    found.append((environment.parent / "comm").read_text(encoding="utf-8").strip())
            except (PermissionError, FileNotFoundError, ProcessLookupError):
                pass
        return found

    def nothing_left(self, place):
        self.assertEqual(self.running(), [], place)
        self.assertEqual(os.listdir(self.folder / "tmp"), [], place)

    def bombard(self, moments, codes, states, restore, *command):
        """All moments; `codes` are fine exit codes of a run that ended before its signal, `states` the trees allowed."""
        whole = self.duration(*command)
        restore()
        interrupted = 0
        for moment in range(moments):
            number = SIGNALS[moment % len(SIGNALS)]
            delay = self.random.uniform(0, whole)
            place = f"seed {self.seed}, moment {moment}: {number.name} after {delay:.4f} of {whole:.4f} s"
            code = self.interrupt(number, delay, *command)
            self.assertIn(code, (harness.INTERRUPTED, *codes), place)
            interrupted += code == harness.INTERRUPTED
            self.nothing_left(place)
            self.assertTrue(any(self.tree() == state for state in states), f"{place}: the tree is neither old nor new")
            restore()
        # The run can end before its signal comes; that all of them did would be no test.
        self.assertGreater(interrupted, moments // 4, f"seed {self.seed}")

    def test_lock(self):
        old = self.tree()
        command = (harness.PROGRAMS["envguard"], "lock", "--device", "cpu", "--runs", "2", "--reason", "interrupted")

        def restore():
            for path in self.work.rglob("envguard.lock.d/*/*"):
                if path not in old:
                    path.unlink()
            for path, content in old.items():
                path.write_bytes(content)

        self.assertEqual(self.start(*command).wait(), harness.MATCH)
        new = self.tree()
        self.assertNotEqual(new, old)
        restore()
        self.bombard(MOMENTS["lock"], (harness.MATCH,), (old, new), restore, *command)

    def test_hook(self):
        self.envguard(harness.MATCH, "hook", "install")
        old = self.tree()
        self.bombard(MOMENTS["hook"], (harness.NUMERIC_DRIFT,), (old,), lambda: self.run_any("rm", "-rf", self.folder / "cache"),
                     self.work / ".git" / "hooks" / "pre-commit")


if __name__ == "__main__":
    harness.main()
