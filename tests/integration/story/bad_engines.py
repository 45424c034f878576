"""Engines that fail, seen through the real program: exit 6, the fault named, never a word about numerics."""

import shutil
import uuid
from pathlib import Path

import harness


class BadEngines(harness.Sandbox):
    """An install of envguard whose engine is another program."""

    def setUp(self):
        super().setUp()
        self.make_locked_repository()
        self.program = self.folder / "prefix" / "bin" / "envguard"
        self.engine = self.folder / "prefix" / "libexec" / "envguard" / "envguard-engine"
        self.program.parent.mkdir(parents=True)
        self.engine.parent.mkdir(parents=True)
        shutil.copy(harness.PROGRAMS["envguard"], self.program)
        self.mark = uuid.uuid4().hex

    def check(self, *words, timeout=60):
        """`check` ends in 6 with the words; the hook, whose policy says `fail` here, blocks the commit too."""
        arguments = ("check", "--no-cache", "--timeout", timeout)
        result = self.expect(harness.COULD_NOT_MEASURE, self.program, *arguments, env={"STORY_MARK": self.mark})
        self.one_message(result, *words)
        self.assertNotIn("drift", result.stdout)
        self.assertEqual(self.left_behind(), [])

    def left_behind(self):
        """Processes that were started under this test's mark and still run."""
        found = []
        for environment in Path("/proc").glob("[0-9]*/environ"):
            try:
                if f"STORY_MARK={self.mark}".encode() in environment.read_bytes():
                    found.append(environment.parent.name)
            except (PermissionError, FileNotFoundError, ProcessLookupError):
                pass
        return found

    def fake(self, mode):
        shutil.copy(Path(__file__).with_name("fake_engine.py"), self.engine)
        self.engine.chmod(0o755)
        self.engine.with_name("mode").write_text(mode, encoding="ascii")

    def test_missing(self):
        self.check(str(self.engine))

    def test_not_a_program(self):
        self.engine.write_text("not a program", encoding="ascii")
        self.engine.chmod(0o755)
        self.check("engine")

    def test_other_build(self):
        self.fake("other build")
        self.check("0.0.1-another")

    def test_other_protocol(self):
        self.fake("other protocol")
        self.check("99")

    def test_dies_while_opening(self):
        self.fake("dies while opening")
        self.check("SIGSEGV", "opened", "torch/lib")

    def test_dies_in_a_probe(self):
        self.fake("dies in a probe")
        self.check("SIGBUS", "arith.")

    def test_hangs(self):
        self.fake("hangs")
        self.check("arith.", timeout=3)

    def test_rubbish(self):
        self.fake("rubbish")
        self.check("not JSON", "arith.")

    def test_half_a_line(self):
        self.fake("half a line")
        self.check("engine")

    def test_endless_line(self):
        self.fake("endless line")
        self.check("64 KiB")

    def test_no_last_line(self):
        self.fake("no last line")
        self.check("engine")

    def test_floods_its_output(self):
        self.fake("floods its output")
        self.check("engine")

    def test_the_same_install_with_the_real_engine_works(self):
        shutil.copy(harness.PROGRAMS["envguard-engine"], self.engine)
        self.expect(harness.MATCH, self.program, "check", "--no-cache")


if __name__ == "__main__":
    harness.main()
