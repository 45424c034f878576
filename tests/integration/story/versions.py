"""Other PyTorch versions against a lock of 2.11.0."""

import harness


class Versions(harness.Sandbox):
    def setUp(self):
        super().setUp()
        self.make_locked_repository()

    def check_with(self, version, code):
        arguments = ("--no-cache", "--torch", harness.torch(version))
        verdict = self.verdict(code, *arguments)
        judgement, = verdict["judgements"]
        versions = {entry["name"]: entry for entry in judgement["differences"] if entry["kind"] == "version"}
        self.assertTrue(versions["torch"]["locked"].startswith("2.11.0"))
        self.assertTrue(versions["torch"]["here"].startswith(version))
        self.assertEqual(versions["torch"]["weight"], "blocks")
        return judgement, self.envguard(code, "check", *arguments).stdout

    def code_of(self, version):
        return self.run_any(harness.PROGRAMS["envguard"], "check", "--torch", harness.torch(version)).returncode

    def test_an_upgrade_lists_the_version_and_how_many_probes_moved(self):
        code = self.code_of("2.15.0")
        self.assertIn(code, (harness.VERSION_DRIFT, harness.NUMERIC_DRIFT))
        judgement, text = self.check_with("2.15.0", code)
        moved = sum(layer["moved"] for layer in judgement["layers"])
        self.assertEqual(moved > 0, code == harness.NUMERIC_DRIFT)
        self.assertIn("2.15.0", text)
        self.assertRegex(text, r"all \d+ probes identical" if moved == 0 else rf"{moved} of \d+")
        self.assertRegex(text, r"envguard lock (--target \S+ )?--reason")

    def test_a_downgrade_is_judged_too(self):
        code = self.code_of("2.10.0")
        self.assertIn(code, (harness.VERSION_DRIFT, harness.NUMERIC_DRIFT))
        self.check_with("2.10.0", code)

    def test_the_policy_decides_about_a_version(self):
        policy = self.work / "envguard.toml"
        text = policy.read_text(encoding="utf-8")
        moved = self.code_of("2.15.0") == harness.NUMERIC_DRIFT
        for rule, blocked in ((">=2.11,<3", False), ("==2.11.*", True)):
            policy.write_text(self.with_rules(text, rule), encoding="utf-8")
            expected = harness.NUMERIC_DRIFT if moved else harness.VERSION_DRIFT if blocked else harness.MATCH
            judgement, = self.verdict(expected, "--torch", harness.torch("2.15.0"))["judgements"]
            blocking = [entry["name"] for entry in judgement["differences"] if entry["weight"] == "blocks"]
            self.assertEqual(blocking, ["torch"] if blocked else [])

    @staticmethod
    def with_rules(text, torch_rule):
        """The policy with torch under a rule and everything else of an upgrade allowed."""
        others = ("torch-git", "cuda", "cudnn", "nccl", "cublas", "nvrtc")
        rules = f'torch = "{torch_rule}"\n' + "".join(f'{name} = "any"\n' for name in others)
        kept = text.split("[versions]")[0]
        return f"{kept}\n[versions]\n{rules}"


if __name__ == "__main__":
    harness.main()
