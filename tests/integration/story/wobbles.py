"""A machine that disagrees with itself: the real engine, of whose answers some are changed, judged and explained."""

import json
import os
import pty
import shutil
from pathlib import Path

import harness

CONV, SOLVE = "dnn.conv2d_3x3.forward", "linalg.solve"


class Wobbles(harness.Sandbox):
    """An install of envguard whose engine flips bits as a test says."""

    def setUp(self):
        super().setUp()
        self.make_locked_repository()
        self.program = self.folder / "prefix" / "bin" / "envguard"
        self.libexec = self.folder / "prefix" / "libexec" / "envguard"
        self.program.parent.mkdir(parents=True)
        self.libexec.mkdir(parents=True)
        shutil.copy(harness.PROGRAMS["envguard"], self.program)
        shutil.copy(harness.PROGRAMS["envguard-hook"], self.libexec)
        shutil.copy(harness.PROGRAMS["envguard-engine"], self.libexec / "real-engine")
        shutil.copy(Path(__file__).with_name("flipping_engine.py"), self.libexec / "envguard-engine")
        (self.libexec / "envguard-engine").chmod(0o755)

    def flips(self, *lines):
        (self.libexec / "flips").write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
        (self.libexec / "started").unlink(missing_ok=True)

    def check(self, code, *arguments):
        result = self.expect(code, self.program, "check", "--no-cache", "--format", "json", *arguments)
        judgement, = json.loads(result.stdout)["judgements"]
        return judgement

    def explained(self, *arguments):
        """The last verdict for a person, in one line."""
        return " ".join(self.expect(harness.MATCH, self.program, "explain", *arguments).stdout.split())

    def flip_once(self):
        self.flips(f"{CONV} 1")
        return self.check(harness.UNSTABLE)

    def test_one_flip_in_five_processes_is_transient(self):
        judgement = self.flip_once()
        self.assertEqual(judgement["outcome"], "transient")
        self.assertEqual(judgement["transient"], [CONV])
        self.assertEqual(judgement["runs"], 5)
        text = self.explained()
        self.assertIn("one process differed and four others gave the locked bits", text)
        self.assertIn("explain --ack", text)
        self.assertIn("memory errors (EDAC or ECC counters)", text)

    def test_a_transient_is_told_until_it_is_acknowledged(self):
        self.flip_once()
        self.flips()
        for command in ("status", "doctor"):
            said = self.expect(harness.MATCH, self.program, command).stderr
            self.assertRegex(said, rf"(?m)^envguard: transient of .*{CONV}; seen: envguard explain --ack$", command)
        self.expect(harness.MATCH, self.program, "explain", "--ack")
        self.assertNotIn("transient", self.expect(harness.MATCH, self.program, "status").stderr)

    def test_a_second_flip_of_the_probe_within_a_month_is_unstable(self):
        self.flip_once()
        self.flips(f"{CONV} 1")
        judgement = self.check(harness.UNSTABLE)
        self.assertEqual(judgement["unstable"], [CONV])
        self.flips(f"{CONV} 1")
        self.check(harness.UNSTABLE)
        self.flips()
        result = self.expect(harness.UNSTABLE, self.program, "lock", "--device", "cpu", "--refresh")
        self.one_message(result, "is suspect: it flipped 3 times in 30 days")

    def test_hardware_that_flipped_three_times_is_not_locked(self):
        for probe in (CONV, SOLVE, "ops.exp_f32"):
            self.flips(f"{probe} 1")
            self.check(harness.UNSTABLE)
        self.flips()
        result = self.expect(harness.UNSTABLE, self.program, "lock", "--device", "cpu", "--refresh")
        self.one_message(result, "is suspect: it flipped 3 times in 30 days")

    def test_another_answer_in_every_process_is_unstable(self):
        self.flips(f"{CONV} differently")
        judgement = self.check(harness.UNSTABLE)
        self.assertEqual(judgement["outcome"], "unstable")
        self.assertEqual(judgement["unstable"], [CONV])
        self.assertIn("this machine must agree with itself", self.explained())

    def test_a_steady_flip_is_a_drift_that_nothing_recorded_explains(self):
        self.flips(f"{SOLVE} always")
        judgement = self.check(harness.NUMERIC_DRIFT)
        self.assertEqual([probe["probe"] for probe in judgement["moved"]], [SOLVE])
        self.assertEqual(judgement["cause"]["certainty"], "undetermined")
        self.assertEqual(judgement["cause"]["processes"], 0)
        self.assertIn("nothing that the lock records differs", judgement["what"])
        self.assertIn("on another machine of this kind tells hardware from software", self.explained())

    def test_what_depends_on_what_ran_before_is_told_apart(self):
        self.flips(f"{CONV} whole")
        judgement = self.check(harness.NUMERIC_DRIFT)
        self.assertEqual(judgement["order_dependent"], [CONV])
        self.assertIn("Depend on what ran before them in the same process", self.explained())

    def test_as_is_is_judged_by_itself(self):
        probe = "train.cnn_sgd.w32"
        lock = self.lock_file().read_text(encoding="utf-8")
        self.assertIn("[as-is.train]", lock)
        self.flips(f"{probe} 2")  # the first process is of strict
        judgement = self.check(harness.UNSTABLE)
        self.assertEqual(judgement["outcome"], "transient")
        self.assertEqual(judgement["transient"], [])
        self.assertEqual(judgement["as_is"]["transient"], [probe])

    def test_a_hook_that_passes_writes_a_transient_to_the_terminal(self):
        self.expect(harness.MATCH, self.program, "hook", "install")
        (self.work / "train.py").write_text("print(1)\n", encoding="utf-8")
        self.git("add", "train.py")
        self.flips(f"{CONV} 1")
        process, terminal = pty.fork()
        if process == 0:  # its output goes to a file, as under a hook manager: only the terminal itself is left
            output = os.open(self.folder / "output", os.O_WRONLY | os.O_CREAT)
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.chdir(self.work)
            os.execvpe("git", ["git", "commit", "-q", "-m", "Train"], self.environment)
        said = b""
        try:
            while part := os.read(terminal, 4096):
                said += part
        except OSError:  # the other end is closed
            pass
        _, status = os.waitpid(process, 0)
        output = (self.folder / "output").read_text(encoding="utf-8")
        self.assertEqual(os.waitstatus_to_exitcode(status), 0, output)
        self.assertRegex(said.decode(), f"envguard: transient: 1 probe flipped once on .*{CONV}")


if __name__ == "__main__":
    harness.main()
