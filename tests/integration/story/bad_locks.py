"""Locks that are damaged, hostile or of a newer envguard: exit 3, one clear message, nothing measured as a match."""

import os
import re

import harness


class BadLocks(harness.Sandbox):
    def setUp(self):
        super().setUp()
        self.make_locked_repository()
        self.lock = self.lock_file()
        self.text = self.lock.read_text(encoding="utf-8")

    def refused(self, content, *words):
        if isinstance(content, str):
            content = content.encode()
        self.lock.write_bytes(content)
        result = self.envguard(harness.LOCK_UNREADABLE, "check")
        self.one_message(result, self.lock.name, *words)

    def test_empty(self):
        self.refused("")

    def test_truncated(self):
        self.refused(self.text[: len(self.text) // 2])

    def test_binary(self):
        self.refused(os.urandom(4096))

    def test_one_hundred_megabytes(self):
        self.refused(b"# much\n" * (100_000_000 // 7), "4096 KiB")

    def test_wrong_types(self):
        self.refused(self.text.replace("schema = 2", 'schema = "one"'), "schema")

    def test_fifty_thousand_dotted_segments(self):
        self.refused(self.text + "\n[" + ".".join(["a"] * 50_000) + "]\n")

    def test_duplicate_probe(self):
        line = re.search(r'^\[strict\.\w+\]\n(.+\n)', self.text, re.MULTILINE).group(1)
        self.refused(self.text.replace(line, line + line, 1))

    def test_newer_schema(self):
        self.refused(self.text.replace("schema = 2", "schema = 99"), "99", "newer")

    def test_malformed_hexadecimal(self):
        self.refused(re.sub(r'= "([0-9a-f]{32})"$', '= "not hexadecimal"', self.text, flags=re.MULTILINE))

    def test_edited_by_hand(self):
        """One digit of one probe: the ids no longer follow from the lines."""
        found = re.search(r'^\[strict\.\w+\]\n\S+ = "([0-9a-f])', self.text, re.MULTILINE)
        other = "0" if found.group(1) != "0" else "1"
        self.refused(self.text[: found.start(1)] + other + self.text[found.end(1):])

    def test_a_variable_that_no_envguard_records(self):
        """Each of them would make the engine open a file of the repository, were it set to search for a cause."""
        library = self.work / "data.bin"
        library.write_bytes(b"\x7fELF")
        for line in (f'LD_AUDIT = "{library}"', f'LD_PRELOAD = "{library}"', 'LD_PRELOAD = "data.bin"',
                     f'INTEL_LIBITTNOTIFY64 = "{library}"', f'PYTORCH_TUNABLEOP_FILENAME = "{library}"',
                     'GLIBC_TUNABLES = "$(touch x)/"', f'MKL_CBWR = "{library}"', 'PATH = "."'):
            name = line.split()[0]
            text = self.text.replace("[recipe]", f"[knobs]\n{line}\n\n[recipe]", 1)
            self.lock.write_text(text, encoding="utf-8")
            self.git("commit", "-q", "-a", "-m", name)  # what --ci judges
            for command in (("check", "--ci"), ("check",), ("diff",), ("lock", "--check")):
                result = self.envguard(harness.LOCK_UNREADABLE, *command)
                self.one_message(result, self.lock.name, f"{name} of [knobs]")
                self.assertNotIn("export", result.stdout + result.stderr)

    def test_a_package_that_a_lock_would_have_installed(self):
        self.refused(self.text.replace("[versions]", "[versions]\n\"evil;touch x\" = \"1\"", 1), "of [versions]")
        self.refused(self.text.replace("[versions]", "[versions]\nevil = \"1 @ https://example.org\"", 1), "of [versions]")

    def test_renamed(self):
        """A lock under another's name would be judged as that one."""
        target = self.lock.stem
        for suffix in (".toml", ".evidence"):
            self.lock.with_suffix(suffix).rename(self.lock.with_name("other" + suffix))
        words = f"this lock says it is default/{target}, and lies as default/other"
        for command in (("check",), ("diff",), ("lock", "--device", "cpu", "--target", "other")):
            result = self.envguard(harness.LOCK_UNREADABLE, *command)
            self.one_message(result, "other.toml")
            self.assertIn(words, " ".join((result.stderr + result.stdout).split()), command)
        self.assertIn(words, self.envguard(harness.VERSION_DRIFT, "status", "--exit-code", "--format", "json").stdout)

    def test_linked_folder(self):
        """A link may lead out of the repository: nothing is written or read through it."""
        outside = self.folder / "outside"
        folder = self.lock.parents[1]
        folder.rename(outside)
        folder.symlink_to(outside)
        before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
        self.one_message(self.envguard(harness.USAGE, "lock", "--refresh"), folder.name, "is a symbolic link")
        self.one_message(self.envguard(harness.LOCK_UNREADABLE, "check"), folder.name, "is a symbolic link")
        self.assertEqual(before, {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()})

    def test_a_target_that_leaves_the_folder(self):
        self.refused(re.sub(r'^target = .*$', 'target = "../../x"', self.text, flags=re.MULTILINE), "target")


class BadEvidence(harness.Sandbox):
    """Without evidence bits are still judged."""

    def setUp(self):
        super().setUp()
        self.make_locked_repository()
        self.evidence = self.lock_file(".evidence")

    def judged_with_note(self):
        verdict = self.verdict(harness.MATCH, "--no-cache")
        judgement, = verdict["judgements"]
        self.assertIn(self.evidence.name, " ".join(judgement["notes"]))

    def test_missing(self):
        self.evidence.unlink()
        self.judged_with_note()

    def test_truncated(self):
        self.evidence.write_bytes(self.evidence.read_bytes()[:1000])
        self.judged_with_note()

    def test_of_another_lock(self):
        content = bytearray(self.evidence.read_bytes())
        content[24] ^= 1  # the id of its lock
        self.evidence.write_bytes(bytes(content))
        self.judged_with_note()


class HostileNames(harness.Sandbox):
    def test_target_option(self):
        self.make_locked_repository()
        for command in ("lock", "check"):
            self.one_message(self.envguard(harness.USAGE, command, "--target", "../../x"), "../../x")

    def test_environment_option(self):
        self.make_locked_repository()
        self.one_message(self.envguard(harness.USAGE, "check", "--environment", "../../x"), "../../x")

    def test_environment_of_the_policy(self):
        self.make_locked_repository()
        with open(self.work / "envguard.toml", "a", encoding="utf-8") as policy:
            policy.write('\n[environments."../../x"]\n')
        self.one_message(self.envguard(harness.USAGE, "check"), "../../x", "envguard.toml")

    def test_target_of_the_policy(self):
        self.make_locked_repository()
        with open(self.work / "envguard.toml", "a", encoding="utf-8") as policy:
            policy.write('\n[targets."../../x"]\ndevice = "cpu"\n')
        self.one_message(self.envguard(harness.USAGE, "check"), "../../x", "envguard.toml")

    def test_control_characters_are_shown_and_not_sent(self):
        self.make_locked_repository()
        result = self.envguard(harness.USAGE, "check", "--environment", "a\x1b[2J\x07b")
        self.assertNotIn("\x1b[2J", result.stderr + result.stdout)
        self.assertNotIn("\x07", result.stderr + result.stdout)


if __name__ == "__main__":
    harness.main()
