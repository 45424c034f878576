"""What the documents say is what the program says."""

import re
from pathlib import Path

import harness

README = (harness.SOURCE / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (harness.SOURCE / "CONTRIBUTING.md").read_text(encoding="utf-8")


def section(title):
    """One `## title` of the README."""
    return README.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


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
        for text in (README, CONTRIBUTING):
            for target in re.findall(r"\]\(([^)#:]+)\)", text):
                self.assertTrue(Path(harness.SOURCE, target).exists(), target)

    def test_the_number_of_probes(self):
        claimed = int(re.search(r"\((\d+) probes:", README).group(1))
        self.make_locked_repository()
        lock = self.lock_file().read_text(encoding="utf-8")
        strict = [table for table in lock.split("\n[") if table.startswith("strict.")]
        total = sum(len(re.findall(r"^[a-z0-9_.\"]+ = ", table, re.MULTILINE)) for table in strict)
        self.assertEqual(claimed, total)


if __name__ == "__main__":
    harness.main()
