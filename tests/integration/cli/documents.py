"""What the documents say is what the program says."""

import re
from pathlib import Path

import harness

README = (harness.SOURCE / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (harness.SOURCE / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECURITY = (harness.SOURCE / "docs" / "security.md").read_text(encoding="utf-8")
TESTS = harness.SOURCE / "tests"


def section(title):
    """One `## title` of the README."""
    return README.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def python_tests():
    """NAME.Class.test_… of every Python file, as CMake registers them."""
    for folder in sorted((TESTS / "integration").glob("*/CMakeLists.txt")):
        for name, file in re.findall(r"envguard_python_tests\((\S+) (\S+\.py)", folder.read_text(encoding="utf-8")):
            text = (folder.parent / file).read_text(encoding="utf-8")
            for kind in re.split(r"(?m)^class ", text)[1:]:
                for test in re.findall(r"(?m)^    def (test_[a-z0-9_]+)", kind):
                    yield f"{name}.{re.match('[A-Za-z0-9]+', kind).group()}.{test}"


def compiled_tests():
    """Suite.Test of every GoogleTest file."""
    for file in sorted(TESTS.rglob("*_test.cpp")):
        for suite, test in re.findall(r"(?m)^TEST(?:_F)?\((\w+), (\w+)\)", file.read_text(encoding="utf-8")):
            yield f"{suite}.{test}"


class Documents(harness.Sandbox):
    def help(self, *command):
        return self.envguard(harness.MATCH, *command, "--help").stdout

    def test_exit_codes(self):
        in_program = re.findall(r"^ +(\d+)  (\S+) +(\S.*)$", self.help().split("Exit codes:\n")[1], re.MULTILINE)
        in_readme = re.findall(r"^\| (\d+) \| (\S+) \| (.*) \|$", section("Exit codes"), re.MULTILINE)
        self.assertEqual(len(in_program), 10)
        self.assertEqual(in_readme, in_program)

    def test_commands(self):
        in_program = re.findall(r"^  ([a-z]+) +\S", self.help().split("Subcommands:\n")[1].split("\n\n")[0], re.MULTILINE)
        in_readme = re.findall(r"^\| `([a-z]+)` \|", section("Two minutes"), re.MULTILINE)
        self.assertEqual(sorted(in_readme), sorted(in_program))

    def test_folders(self):
        on_disk = {path.name for path in (harness.SOURCE / "src").iterdir() if path.is_dir()}
        in_table = set(re.findall(r"^\| `src/([a-z]+)` \|", CONTRIBUTING, re.MULTILINE))
        self.assertEqual(in_table, on_disk)

    def test_the_policy_of_the_readme_is_a_policy(self):
        self.make_locked_repository()
        example = section("Policy: `envguard.toml`").split("```toml\n")[1].split("```")[0]
        (self.work / "envguard.toml").write_text(example, encoding="utf-8")
        self.envguard(harness.MATCH, "status")

    def test_links_lead_somewhere(self):
        for file in (*harness.SOURCE.glob("*.md"), *(harness.SOURCE / "docs").glob("*.md")):
            for target in re.findall(r"\]\(([^)#:]+)\)", file.read_text(encoding="utf-8")):
                self.assertTrue(Path(file.parent, target).exists(), f"{file.name}: {target}")

    def test_the_tests_that_security_names_exist(self):
        """Each sentence of a table of rules has a test, and each test that is named is one of CTest's."""
        rows = re.findall(r"(?m)^\| ([A-Z][^|]*\.) \| (.*) \|$", SECURITY)
        self.assertGreater(len(rows), 20)
        known = {*python_tests(), *compiled_tests()}
        for sentence, tests in rows:
            named = re.findall(r"`([^`]+)`", tests)
            self.assertTrue(named, sentence)
            for test in named:
                self.assertIn(test, known, sentence)

    def test_every_hostile_input_is_in_the_threat_model(self):
        """A test that no sentence needs, or a sentence that was forgotten."""
        hostile = [test for test in python_tests() if test.startswith("hostile_") and not test.startswith("hostile_tracing.")]
        self.assertGreater(len(hostile), 25)
        for test in hostile:
            self.assertIn(f"`{test}`", SECURITY)

    def test_the_number_of_probes(self):
        claimed = int(re.search(r"\((\d+) probes:", README).group(1))
        self.make_locked_repository()
        lock = self.lock_file().read_text(encoding="utf-8")
        strict = [table for table in lock.split("\n[") if table.startswith("strict.")]
        total = sum(len(re.findall(r"^[a-z0-9_.\"]+ = ", table, re.MULTILINE)) for table in strict)
        self.assertEqual(claimed, total)


if __name__ == "__main__":
    harness.main()
