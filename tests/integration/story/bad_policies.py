"""Policies that are wrong: exit 2, the place, and what to do."""

import harness


class BadPolicies(harness.Sandbox):
    def setUp(self):
        super().setUp()
        self.make_locked_repository()
        self.policy = self.work / "envguard.toml"

    def refused(self, content, *words):
        if isinstance(content, str):
            content = content.encode()
        self.policy.write_bytes(content)
        self.one_message(self.envguard(harness.USAGE, "check"), "envguard.toml", *words)

    def test_unknown_key_names_the_nearest(self):
        self.refused('schema = 1\n[numerics]\nfail-onn = "any-bit"\n', "fail-onn", "fail-on")

    def test_unknown_table_names_the_nearest(self):
        self.refused("schema = 1\n[numeric]\n", "numeric", "numerics")

    def test_bad_specifier(self):
        self.refused('schema = 1\n[versions]\ntorch = ">>2"\n', ">>2", "torch")

    def test_wrong_type(self):
        self.refused("schema = 1\n[versions]\ntorch = 2\n", "torch")

    def test_newer_schema(self):
        self.refused("schema = 99\n", "99")

    def test_a_newer_envguard_is_required(self):
        self.refused('schema = 1\nrequired-version = ">=99"\n', ">=99")

    def test_not_toml(self):
        self.refused("schema = [[[\n")

    def test_not_text(self):
        self.refused(b"\xff\xfe\x00\x01" * 64)

    def test_two_mebibytes(self):
        self.refused("# much\n" * (2 * 1024 * 1024 // 7), "1024 KiB")

    def test_a_line_that_is_too_long(self):
        self.refused("[" + ".".join(["a"] * 50_000) + "]\n")

    def test_two_places(self):
        (self.work / "pyproject.toml").write_text("[tool.envguard]\nschema = 1\n", encoding="utf-8")
        self.one_message(self.envguard(harness.USAGE, "check"), "envguard.toml", "pyproject.toml")

    def test_bad_option_names_the_command(self):
        self.one_message(self.envguard(harness.USAGE, "check", "--nonsense"), "--nonsense", "envguard check --help")

    def test_no_policy(self):
        self.policy.unlink()
        self.one_message(self.envguard(harness.USAGE, "check"), "envguard init")

    def test_a_person_s_comments_survive_init_and_lock(self):
        self.policy.write_text(f"# mine\n{self.policy.read_text(encoding='utf-8')}# the end", encoding="utf-8")
        before = self.policy.read_bytes()
        self.envguard(harness.MATCH, "init", "--yes")
        self.envguard(harness.MATCH, "lock", "--device", "cpu")
        self.assertEqual(self.policy.read_bytes(), before)


if __name__ == "__main__":
    harness.main()
