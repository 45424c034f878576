"""The scripts of ci/, as far as they can be run inside a test."""

import subprocess

import harness

CI = harness.SOURCE / "ci"


def result_file(folder, *cases):
    """A JUnit file as CTest writes it."""
    file = folder / "release.xml"
    body = "".join(f'<testcase name="{name}" status="{status}"><system-out>{output}</system-out></testcase>'
                   for name, status, output in cases)
    file.write_text(f"<testsuite>{body}</testsuite>", encoding="utf-8")
    return file


class Scripts(harness.Sandbox):
    def test_every_script_is_executable_and_parses(self):
        for script in [path for path in CI.iterdir() if path.is_file()] + [harness.SOURCE / ".ci" / "run"]:
            first = script.read_text(encoding="utf-8").splitlines()[0]
            check = ["bash", "-n"] if "bash" in first else ["python3", "-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())"]
            self.assertEqual(subprocess.run([*check, script], check=False).returncode, 0, script)
            self.assertTrue(script.stat().st_mode & 0o111, script)

    def test_shellcheck(self):
        scripts = [path for path in CI.iterdir() if path.is_file() and "bash" in path.read_text(encoding="utf-8").splitlines()[0]]
        self.expect(0, "shellcheck", *scripts, harness.SOURCE / ".ci" / "run")

    def test_summary_counts_and_gives_reasons(self):
        file = result_file(self.folder, ("a", "run", ""), ("b", "run", ""), ("c", "notrun", "skipped: no GPU"),
                           ("d", "notrun", "x.cpp:3: Skipped\nnothing to feel\n"))
        lines = self.expect(0, CI / "summarize", file).stdout.splitlines()
        self.assertIn("  1 skipped: no GPU", lines)
        self.assertIn("  1 skipped: nothing to feel", lines)
        self.assertEqual(lines[-1], "2 passed, 0 failed, 2 skipped")

    def test_summary_fails_when_a_test_failed_or_none_ran(self):
        result = self.expect(1, CI / "summarize", result_file(self.folder, ("a", "run", ""), ("b", "fail", "")))
        self.assertIn("failed in release: b", result.stdout)
        self.assertEqual(result.stdout.splitlines()[-1], "1 passed, 1 failed, 0 skipped")
        self.expect(1, CI / "summarize", result_file(self.folder))

    def test_fetch_names_the_layouts(self):
        result = self.expect(1, CI / "fetch-torch", "torch-0.0.0", env={"ENVGUARD_TEST_TORCH": str(self.folder / "cache")})
        self.assertIn("torch-2.11.0", result.stderr)

    def test_fetch_leaves_alone_what_is_there(self):
        result = self.expect(0, CI / "fetch-torch", "torch-2.11.0", env={"ENVGUARD_TEST_TORCH": str(harness.CACHE)})
        self.assertIn("already", result.stderr)

    def test_gpu_check_without_a_gpu_says_so(self):
        if subprocess.run("nvidia-smi -L", shell=True, capture_output=True, check=False).returncode == 0:
            self.skipTest("there is a GPU")
        evidence = harness.SOURCE / "fixtures" / "evidence"
        before = sorted(evidence.glob("*"))
        result = self.expect(harness.NOT_JUDGED, CI / "gpu-check")
        self.assertIn("no NVIDIA GPU", result.stderr)
        self.assertIn("next:", result.stderr)
        self.assertEqual(sorted(evidence.glob("*")), before)


if __name__ == "__main__":
    harness.main()
