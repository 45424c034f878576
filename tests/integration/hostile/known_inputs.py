"""The five inputs by which code of a repository ran, or an edited lock passed, before envguard asked trust first."""

import os
import subprocess
import unittest

import crafted_elf
import harness
import hostile


class KnownInputs(hostile.Hostile):
    def test_a_tracked_install(self):
        """The dynamic linker maps a file that it only lists, so it is not asked about a tracked one either."""
        self.make_project()
        self.make_install(self.work / ".venv")
        self.commit()
        self.nothing_runs()
        self.runs_nothing(self.tracked(), "compare", ".venv", "--knob", "MKL_CBWR=COMPATIBLE", code=harness.UNTRUSTED)
        self.doctor_says_untrusted("2.11.0+cpu", "git")

    def test_a_tracked_library_that_runs_when_it_is_listed(self):
        """No constructor is needed: the file is mapped over the dynamic linker's own code."""
        self.make_project()
        install = self.make_install(self.work / ".venv")
        library = crafted_elf.make(install / hostile.PACKAGES / "torch" / "lib" / "libtorch.so", self.mark)
        subprocess.run([crafted_elf.LINKER, "--list", library], capture_output=True, check=False)
        if not self.mark.exists():
            self.skipTest("this glibc refuses segments that do not ascend")
        self.mark.unlink()
        self.commit()
        for command in (*hostile.COMMANDS, ("compare", ".venv", "--knob", "MKL_CBWR=COMPATIBLE")):
            self.run_any(harness.PROGRAMS["envguard"], *command)
            self.assertFalse(self.mark.exists(), f"{command} ran code of the repository")

    def test_an_install_that_the_policy_names_outside(self):
        self.make_project()
        self.make_install(self.folder / "x")
        with open(self.work / "envguard.toml", "a", encoding="utf-8") as policy:
            policy.write('\n[environments.default]\npython = "../x"\n')
        self.commit()
        files = [file for file in (self.folder / "x").rglob("*") if file.is_file()]
        self.nothing_runs(files, commands=(("check", "--ci"), ("fingerprint",), ("lock", "--check"), ("doctor",), ("hook", "run")))

    @unittest.skipIf(os.geteuid() != 0, "only root can give files to another user")
    def test_an_install_of_another_user(self):
        self.make_project()
        install = self.make_install(self.work / ".venv")
        for file in (install, *install.rglob("*")):
            os.chown(file, 65534, 65534)
        files = [file for file in install.rglob("*") if file.is_file()]
        self.nothing_runs(files, commands=(("check", "--no-cache"), ("fingerprint",), ("doctor",)))

    def test_a_knob_of_a_lock_that_loads_a_tracked_file(self):
        """The caller's own knob makes the numbers drift, so that a search for the cause would put the lock's knob back."""
        self.make_locked_repository()
        library = self.make_library(self.work / "data.bin")
        lock = self.lock_file()
        honest = lock.read_text(encoding="utf-8")
        for knob in ("LD_AUDIT", "LD_PRELOAD", "INTEL_LIBITTNOTIFY64", "INTEL_JIT_PROFILER64", "OMP_TOOL_LIBRARIES"):
            lock.write_text(honest + f'\n[knobs]\n{knob} = "{library}"\n', encoding="utf-8")
            self.commit()
            for command in (("check", "--ci"), ("check", "--no-cache")):
                result, seen = self.runs_nothing(self.tracked(), *command, code=harness.LOCK_UNREADABLE,
                                                 env={"ONEDNN_MAX_CPU_ISA": "SSE41"})
                self.starts_no_engine(seen)
                self.assertNotIn(f"{knob}={library}", result.stdout + result.stderr)

    def test_an_unpacked_archive(self):
        """Without git nothing says whether a .venv came with the files or was made by the user."""
        (self.work / "pyproject.toml").write_text('[project]\nname = "theirs"\n', encoding="ascii")
        self.environment.pop("ENVGUARD_TORCH")
        install = self.make_install(self.work / ".venv")
        files = [file for file in install.rglob("*") if file.is_file()]
        below = self.work / "src" / "deeper"
        below.mkdir(parents=True)
        for folder in (self.work, below):
            self.nothing_runs(files, commands=(("fingerprint",), ("try",), ("doctor",)), cwd=folder)

    def test_an_unpacked_archive_with_pixi(self):
        (self.work / "pixi.toml").touch()
        self.environment.pop("ENVGUARD_TORCH")
        install = self.make_install(self.work / ".pixi" / "envs" / "default")
        files = [file for file in install.rglob("*") if file.is_file()]
        self.nothing_runs(files, commands=(("fingerprint",), ("try",), ("doctor",)))

    def test_a_folder_further_up_that_everyone_can_write(self):
        (self.work / "pyproject.toml").write_text('[project]\nname = "theirs"\n', encoding="ascii")
        self.environment.pop("ENVGUARD_TORCH")
        install = self.make_install(self.work / ".venv")
        self.work.chmod(0o777)
        below = self.work / "mine"
        below.mkdir(mode=0o755)
        files = [file for file in install.rglob("*") if file.is_file()]
        for command in ("fingerprint", "try", "doctor"):
            result, _ = self.runs_nothing(files, command, cwd=below)
            self.assertIn(result.returncode, (harness.MATCH,) if command == "doctor" else (harness.UNTRUSTED, harness.NOT_JUDGED))

    def test_the_index_of_another_repository(self):
        """git sets these variables for its hooks, in a linked work tree too."""
        self.make_project()
        self.make_install(self.work / ".venv")
        self.commit()
        files = self.tracked()
        other = self.folder / "other"
        other.mkdir()
        self.git("init", "-q", ".", cwd=other)
        index = {"GIT_INDEX_FILE": str(other / ".git" / "index")}
        directory = {"GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(self.work)}
        for variables in (index, directory):
            self.nothing_runs(files, commands=(("fingerprint",), ("try",), ("doctor",)), env=variables)

    def test_what_left_the_index_but_is_in_the_last_commit(self):
        """`git rm --cached` leaves exactly the committed bytes in the work tree."""
        self.make_project()
        self.make_install(self.work / ".venv")
        self.commit()
        files = self.tracked()
        refusal = self.envguard(harness.UNTRUSTED, "fingerprint")
        self.assertNotIn("--cached", refusal.stdout + refusal.stderr)
        self.git("rm", "-r", "-q", "--cached", ".venv")
        self.nothing_runs(files, commands=(("fingerprint",), ("try",), ("check", "--no-cache"), ("doctor",)))


if __name__ == "__main__":
    harness.main()
