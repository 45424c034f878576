"""What a kept verdict rests on: whatever moves it must be noticed by the next check."""

import os
import shutil
import subprocess
import time

import harness

DECOY = """
#include <stdlib.h>
__attribute__((constructor)) static void turn(void) { setenv("ONEDNN_MAX_CPU_ISA", "SSE41", 1); }
"""


class KeptVerdicts(harness.Sandbox):
    def setUp(self):
        super().setUp()
        self.make_locked_repository()

    def kept(self, **options):
        return self.verdict(harness.MATCH, **options)["judgements"][0]["kept"]

    def keep(self, **options):
        """A match that is kept, and found again. What was made a moment ago is not rested on."""
        time.sleep(0.3)
        self.verdict(harness.MATCH, **options)
        self.assertTrue(self.kept(**options))

    def decoy(self):
        """A library of the system's name that turns a knob when it is opened."""
        source = self.folder / "decoy.c"
        source.write_text(DECOY, encoding="ascii")
        library = self.folder / "decoy.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-Wl,-soname,libutil.so.1", "-o", library, source], check=True)
        return library

    def test_a_library_that_comes_first_now(self):
        folder = self.folder / "libraries"
        folder.mkdir()
        path = {"LD_LIBRARY_PATH": str(folder)}
        self.keep(env=path)
        shutil.copy(self.decoy(), folder / "libutil.so.1")
        self.verdict(harness.NUMERIC_DRIFT, env=path)

    def test_a_relative_folder_is_the_callers(self):
        folder = self.work / "lib"
        folder.mkdir()
        shutil.copy(self.decoy(), folder / "libutil.so.1")
        self.verdict(harness.NUMERIC_DRIFT, "--no-cache", env={"LD_LIBRARY_PATH": "lib"})

    def test_a_relative_install_in_another_folder(self):
        for name, version in (("a", "2.11.0"), ("b", "2.10.0")):
            (self.work / name).mkdir()
            (self.work / name / "env").symlink_to(harness.torch(version).parents[3])
        relative = {"ENVGUARD_TORCH": "env"}
        self.keep(cwd=self.work / "a", env=relative)
        result = self.run_any(harness.PROGRAMS["envguard"], "check", cwd=self.work / "b", env=relative)
        self.assertIn(result.returncode, (harness.VERSION_DRIFT, harness.NUMERIC_DRIFT))
        self.assertIn("2.10.0", result.stdout)

    def test_another_envguard_does_not_answer_for_this_one(self):
        self.keep()
        program = self.folder / "prefix" / "bin" / "envguard"
        engine = self.folder / "prefix" / "libexec" / "envguard" / "envguard-engine"
        for path in (program, engine):
            path.parent.mkdir(parents=True)
        shutil.copy(harness.PROGRAMS["envguard"], program)
        engine.write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
        engine.chmod(0o755)
        self.expect(harness.COULD_NOT_MEASURE, program, "check")
        self.expect(harness.COULD_NOT_MEASURE, program, "hook", "run")

    def test_a_newer_measurement_that_drifts_takes_it_away(self):
        self.keep()
        self.verdict(harness.NUMERIC_DRIFT, "--no-cache", env={"ONEDNN_MAX_CPU_ISA": "SSE41"})
        self.assertFalse(self.kept())

    def test_a_version_that_only_the_policy_names(self):
        """Nothing of the discovery reads it, and no folder of it is named by the prefix."""
        packages = self.folder / "site-packages"
        packages.mkdir()
        for entry in harness.torch("2.11.0").parent.iterdir():
            (packages / entry.name).symlink_to(entry)
        metadata = packages / "accelerate-1.0.0.dist-info" / "METADATA"
        metadata.parent.mkdir()
        metadata.write_text("Metadata-Version: 2.1\nName: accelerate\nVersion: 1.0.0\n", encoding="ascii")
        policy = self.work / "envguard.toml"
        text = policy.read_text(encoding="utf-8")
        policy.write_text(text.replace("[versions]", '[versions]\naccelerate = "==1.0.*"', 1), encoding="utf-8")
        install = {"ENVGUARD_TORCH": str(packages / "torch")}
        self.keep(env=install)
        metadata.write_text("Metadata-Version: 2.1\nName: accelerate\nVersion: 2.0.0\n", encoding="ascii")
        verdict = self.verdict(harness.VERSION_DRIFT, env=install)
        blocking = [entry["name"] for entry in verdict["judgements"][0]["differences"] if entry["weight"] == "blocks"]
        self.assertEqual(blocking, ["accelerate"])

    def most_memory(self, *arguments):
        """In KiB, of envguard and of every process that it waited for: an engine takes many times envguard's own."""
        child = subprocess.Popen([harness.PROGRAMS["envguard"], *arguments], cwd=self.work, env=self.environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(child.returncode, harness.MATCH)
        return usage.ru_maxrss

    def test_a_diff_with_this_machine_uses_kept_runs(self):
        time.sleep(0.3)
        measuring = self.most_memory("diff")
        self.keep()
        self.assertLess(2 * self.most_memory("diff"), measuring)

    def test_a_rule_about_what_is_not_installed(self):
        policy = self.work / "envguard.toml"
        text = policy.read_text(encoding="utf-8")
        policy.write_text(text.replace("[versions]", '[versions]\nsympy = "==99"', 1), encoding="utf-8")
        result = self.envguard(harness.VERSION_DRIFT, "check")
        self.assertIn("sympy", result.stdout)


if __name__ == "__main__":
    harness.main()
