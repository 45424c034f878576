"""What a repository can do through git: its index, its attributes, its file names, and the variables that move git."""

import os
import shutil
import unittest

import harness
import hostile

FEW = (("fingerprint",), ("try",), ("check", "--no-cache"), ("doctor",))


class GitInputs(hostile.Hostile):
    def runs_no_mark(self, *arguments, **options):
        """One command; whatever it answers, the mark is not there and no tracked file was used."""
        return self.runs_nothing(self.tracked(), *arguments, **options)

    def test_no_git_on_path_and_a_program_of_that_name(self):
        """posix_spawn reads a name without a slash as a file of the child's working folder."""
        self.make_project()
        self.make_program(self.work / "git")
        self.commit()
        files = self.tracked()
        nowhere = self.folder / "empty"
        nowhere.mkdir()
        bare_tools = self.folder / "strace-only"
        bare_tools.mkdir()
        (bare_tools / "strace").symlink_to(shutil.which("strace"))
        for path in (str(bare_tools), f"{bare_tools}:.:"):
            for command in FEW + (("hook", "run"), ("status",)):
                self.runs_nothing(files, *command, env={"PATH": path})

    def test_a_work_tree_without_a_git_entry(self):
        """The git folder lies elsewhere and only two variables say so, as for dotfiles."""
        self.make_project()
        self.make_install(self.work / ".venv")
        self.commit()
        (self.work / ".git").rename(self.folder / "git-folder")
        variables = {"GIT_DIR": str(self.folder / "git-folder"), "GIT_WORK_TREE": str(self.work)}
        files = self.tracked(env=variables)
        self.nothing_runs(files, commands=FEW, env=variables)
        self.runs_nothing(files, "compare", ".venv", "--knob", "MKL_CBWR=COMPATIBLE", code=harness.UNTRUSTED, env=variables)

    def test_an_embedded_bare_repository(self):
        """Files named HEAD, config, objects and refs make a folder a repository, and its configuration names programs."""
        self.make_project()
        program = self.make_program(self.work / "tool")
        inner = self.work / "inner"
        self.git("init", "-q", "--bare", inner)
        with open(inner / "config", "a", encoding="utf-8") as config:
            config.write(f'[core]\n\tbare = false\n\tworktree = "{inner}"\n\tfsmonitor = "{program}"\n'
                         f'[filter "x"]\n\tclean = "{program}"\n')
        for folder in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
            (inner / folder / ".keep").touch()
        (inner / ".gitattributes").write_text("* filter=x\n", encoding="ascii")
        shutil.copytree(harness.locked_files(self), inner, dirs_exist_ok=True)
        self.commit()
        for command in FEW + (("check", "--ci"), ("hook", "run"), ("status",), ("init", "--yes"), ("hook", "status")):
            self.runs_no_mark(*command, cwd=inner, env=hostile.own_torch() if command[0] == "status" else None)

    def test_a_monitor_that_a_variable_names(self):
        self.make_project()
        program = self.make_program(self.work / "tool")
        settings = self.work / "gitconfig"
        settings.write_text(f'[core]\n\tfsmonitor = "{program}"\n[safe]\n\tdirectory = *\n', encoding="utf-8")
        self.make_install(self.work / ".venv")
        self.commit()
        counted = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": str(program)}
        for variables in (counted, {"GIT_CONFIG_GLOBAL": str(settings)}):
            self.nothing_runs(commands=FEW, env=variables)

    def test_a_filter_that_attributes_name(self):
        """Whose `clean` filter is a script of the project has trusted git with it, not envguard."""
        self.make_project()
        self.make_program(self.work / "tools" / "clean")
        (self.work / ".gitattributes").write_text("envguard.* filter=x\n*.toml filter=x\n", encoding="ascii")
        self.make_install(self.work / ".venv")
        self.commit()
        self.git("config", "filter.x.clean", "./tools/clean")
        for command in (("check", "--no-cache"), ("status",), ("diff",), ("lock", "--check")):
            self.runs_no_mark(*command)

    def test_a_file_name_with_a_line_break(self):
        """git is given names by the line: the folder "x\\n" with etc/passwd below is /etc/passwd on the next line."""
        self.make_locked_repository()
        locks = self.work / "envguard.lock.d" / "default"
        (locks / "x").touch()
        odd = locks / "x\n" / "etc" / "passwd"
        odd.parent.mkdir(parents=True)
        odd.touch()
        self.commit()
        for command in (("check", "--no-cache"), ("status",), ("lock", "--check")):
            result, seen = self.runs_no_mark(*command)
            self.assertNotIn("/etc/passwd", seen.opened, f"{command}\n{result.stdout}{result.stderr}")

    def test_a_link_that_leads_out(self):
        """The install lies outside, the way to it is the repository's."""
        self.make_project()
        self.make_install(self.folder / "elsewhere")
        (self.work / ".venv").symlink_to("../elsewhere")
        self.commit()
        files = [file for file in (self.folder / "elsewhere").rglob("*") if file.is_file()]
        self.nothing_runs(files, commands=FEW)
        for name in ("VIRTUAL_ENV", "ENVGUARD_TORCH", "UV_PROJECT_ENVIRONMENT"):
            self.nothing_runs(files, commands=(("fingerprint",), ("doctor",)), env={name: str(self.work / ".venv")})

    def test_a_folder_on_the_way_that_is_a_link(self):
        self.make_project()
        self.make_install(self.folder / "elsewhere" / ".venv")
        (self.work / "sub").symlink_to("../elsewhere")
        with open(self.work / "envguard.toml", "a", encoding="utf-8") as policy:
            policy.write('\n[environments.default]\npython = ".venv"\nroot = "sub"\n')
        self.commit()
        files = [file for file in (self.folder / "elsewhere").rglob("*") if file.is_file()]
        self.nothing_runs(files, commands=(("fingerprint",), ("check", "--no-cache"), ("doctor",)))

    def test_pyvenv_cfg_that_leads_out(self):
        """One tracked text file, and the packages of another install."""
        self.make_project()
        self.make_install(self.folder / "elsewhere")
        (self.work / ".venv" / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
        (self.work / ".venv" / "pyvenv.cfg").write_text(
            f"home = {self.folder / 'elsewhere' / 'bin'}\ninclude-system-site-packages = true\nversion = 3.11.2\n",
            encoding="ascii")
        self.commit()
        files = [file for file in (self.folder / "elsewhere").rglob("*") if file.is_file()]
        self.nothing_runs(files, commands=FEW)

    def test_a_submodule_that_is_an_install(self):
        self.make_project()
        inner = self.folder / "inner"
        inner.mkdir()
        self.git("init", "-q", ".", cwd=inner)
        self.make_install(inner)
        self.git("add", "-A", cwd=inner)
        self.git("-c", "user.name=a", "-c", "user.email=b@c", "commit", "-q", "-m", "x", cwd=inner)
        self.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), ".venv")
        self.commit()
        self.nothing_runs(self.tracked(self.work / ".venv"), commands=FEW)

    def test_doctor_with_a_policy_that_cannot_be_read(self):
        """The policy is lost, the repository is not: its rules for owner and mode still hold."""
        self.make_project()
        (self.work / "envguard.toml").write_text("[[[\n", encoding="ascii")
        (self.work / ".gitignore").write_text(".venv/\n", encoding="ascii")
        self.commit()
        install = self.make_install(self.work / ".venv")
        for file in install.rglob("*.so"):
            file.chmod(0o666)
        self.runs_nothing(list(install.rglob("*.so")), "doctor", code=harness.MATCH)

    @unittest.skipIf(os.geteuid() != 0, "only root can give files to another user")
    def test_a_repository_of_another_user(self):
        """git does not read it, so nobody knows what it tracks."""
        self.make_project()
        self.make_install(self.work / ".venv")
        self.commit()
        files = self.tracked()
        for file in (self.work, *self.work.rglob("*")):
            os.chown(file, 65534, 65534, follow_symlinks=False)
        for command in (("doctor",), ("fingerprint",), ("try",), ("check", "--ci"), ("hook", "run")):
            result, seen = self.runs_nothing(files, *command)
            self.assertEqual(seen.started("ld-"), [], result.stdout + result.stderr)

    def test_a_hook_that_claims_to_be_envguards(self):
        """`hook uninstall` renames the hook that ran before back; a tracked script could name any file as that hook."""
        self.make_project()
        secret = self.folder / "secret"
        for previous in ("../../secret", str(secret), "..", "a\nb"):
            secret.write_text("secret\n", encoding="ascii")
            hook = self.work / ".githooks" / "pre-commit"
            hook.parent.mkdir(exist_ok=True)
            hook.write_text("#!/bin/sh\n# x\n# envguard-hook-5d0c1f7e4b9a\nprogram='/usr/bin/true'\n"
                            f"previous='{previous}'\n", encoding="ascii")
            hook.chmod(0o755)
            self.git("config", "core.hooksPath", ".githooks")
            self.run_any(harness.PROGRAMS["envguard"], "hook", "uninstall")
            self.assertTrue(secret.exists(), f"previous={previous!r} moved a file from outside")
            self.assertNotIn("secret", [path.read_text(encoding="utf-8") for path in hook.parent.iterdir() if path.is_file()])

    def test_a_hook_whose_envguard_is_gone(self):
        """With no envguard beside it the hook looks on PATH, and a relative entry of PATH is the repository."""
        self.make_project()
        self.make_program(self.work / "envguard")
        self.make_install(self.work / ".venv")
        self.commit()
        lonely = self.folder / "prefix" / "libexec" / "envguard" / "envguard-hook"
        lonely.parent.mkdir(parents=True)
        shutil.copy(harness.PROGRAMS["envguard-hook"], lonely)
        for path in (".:/usr/bin:/bin", ":/usr/bin:/bin", "/usr/bin:/bin:"):
            self.run_any(lonely, env={"PATH": path})
            self.assertFalse(self.mark.exists(), f"PATH={path} ran ./envguard")


if __name__ == "__main__":
    harness.main()
