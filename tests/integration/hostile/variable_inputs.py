"""What a variable can do that a CI job took from a pull request. The install is the user's own, or there is none."""

import shutil
import subprocess

import harness
import hostile

MEASURING = (("fingerprint",), ("check", "--ci"), ("try",))
LOADED_BY_NAME = ("libnvidia-ml.so.1", "libcuda.so.1", "libcudart.so.13", "libutil.so.1", "libnccl-net-theirs.so")


class VariableInputs(hostile.Hostile):
    def setUp(self):
        super().setUp()
        self.make_project()
        self.environment |= hostile.own_torch()

    def refused(self, env, commands=MEASURING, **options):
        """What would measure is refused before a child starts, and doctor asks neither linker nor driver."""
        for command in commands:
            result, seen = self.runs_nothing(self.tracked(), *command, code=harness.UNTRUSTED, env=env, **options)
            self.one_message(result)
            self.starts_no_engine(seen)
        self.doctor_says_untrusted(env=env, **options)

    def test_libraries_of_the_driver(self):
        """The engine opens libnvidia-ml and libcuda by name, so LD_LIBRARY_PATH decides which they are."""
        for name in LOADED_BY_NAME:
            self.make_library(self.work / "lib" / name)
        self.commit()
        self.refused({"LD_LIBRARY_PATH": str(self.work / "lib")})

    def test_the_working_folder_as_an_empty_entry(self):
        """"/usr/x:" names two folders: the second is the one where one stands."""
        self.make_library(self.work / "libnvidia-ml.so.1")
        self.commit()
        for value in ("/usr/x:", ":/usr/x", "/usr/x::/usr/y", ".", "envguard.lock.d/..", "/usr/x;"):
            self.refused({"LD_LIBRARY_PATH": value}, commands=MEASURING[:1])

    def test_folders_that_the_linker_adds(self):
        """glibc looks into these before the folder itself."""
        for below in ("glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v2", "tls", "x86_64", "haswell/x86_64", "tls/haswell/x86_64"):
            shutil.rmtree(self.work / "lib", ignore_errors=True)
            self.make_library(self.work / "lib" / below / "libutil.so.1")
            self.commit()
            self.refused({"LD_LIBRARY_PATH": str(self.work / "lib")}, commands=MEASURING[:1])

    def test_a_variable_that_names_a_library(self):
        library = self.make_library(self.work / "data.bin")
        plugin = self.make_library(self.work / "plugin.so")
        self.commit()
        for name in ("INTEL_LIBITTNOTIFY64", "INTEL_JIT_PROFILER64", "NVTX_INJECTION64_PATH", "CUDA_INJECTION64_PATH",
                     "OMP_TOOL_LIBRARIES", "NCCL_NET_PLUGIN", "NCCL_TUNER_PLUGIN"):
            self.refused({name: str(library)}, commands=MEASURING[:1])
        for file in (library, plugin):
            self.refused({"A_NAME_OF_NEXT_YEAR": str(file)}, commands=MEASURING[:1])
        for value in (f"/usr/lib/x.so:{library}", f"x,{library}", f"{library};", f"x {library}"):
            self.refused({"OMP_TOOL_LIBRARIES": value}, commands=MEASURING[:1])

    def test_a_preloaded_library(self):
        """envguard itself is started with it, as every program is; nothing that envguard starts measures with it."""
        library = self.make_library(self.work / "x.so")
        self.commit()
        for name in ("LD_PRELOAD", "LD_AUDIT"):
            for command in (*MEASURING, ("doctor",)):
                result, seen = self.traced(*command, env={name: str(library)})
                if command != ("doctor",):
                    self.assertEqual(result.returncode, harness.UNTRUSTED, f"{name} {command}\n{result.stdout}{result.stderr}")
                self.starts_no_engine(seen)
                self.assertEqual(seen.against([library]), [], f"{name} {command}")

    def test_a_program_that_a_variable_names(self):
        """PyTorch starts what TORCH_ADDR2LINE_BINARY names when it prints a stack of calls. A script is enough."""
        program = self.make_program(self.work / "addr2line")
        self.commit()
        self.refused({"TORCH_ADDR2LINE_BINARY": str(program)}, commands=MEASURING[:1])

    def test_a_folder_of_packages_that_is_relative(self):
        """What starts with no slash would be read from another folder than the one that was looked at."""
        self.environment.pop("ENVGUARD_TORCH")
        packages = self.work / "theirs" / hostile.PACKAGES
        self.make_install(self.work / "theirs")
        inner = self.make_install(self.folder / "inner")
        shutil.move(inner, packages / "theirs")
        self.commit()
        for name, value in (("PYTHONUSERBASE", "theirs"), ("PYTHONUSERBASE", "./theirs")):
            for command in (("fingerprint",), ("doctor",), ("check", "--ci")):
                self.runs_nothing(self.tracked(), *command, env={name: value})

    def test_a_cache_that_is_relative(self):
        """poetry's environments lie in the cache folder."""
        self.environment.pop("ENVGUARD_TORCH")
        (self.work / "poetry.lock").touch()
        self.make_install(self.work / "c" / "pypoetry" / "virtualenvs" / "theirs-AbCdEfGh-py3.11")
        self.commit()
        for value in ("c", "./c", str(self.work / "c")):
            for command in (("fingerprint",), ("doctor",)):
                self.runs_nothing(self.tracked(), *command, env={"XDG_CACHE_HOME": value})

    def test_a_cache_in_the_repository(self):
        """What was kept there may have come with the repository: nothing is read from it, so nothing is written to it."""
        for value in (str(self.work / "c"), "c"):
            self.envguard(harness.MATCH, "check", env={"XDG_CACHE_HOME": value})
            self.assertFalse((self.work / "c" / "envguard").exists(), value)

    def test_a_home_in_the_repository(self):
        self.environment.pop("ENVGUARD_TORCH")
        self.make_install(self.work / ".local")
        self.commit()
        for value in (".", str(self.work)):
            for command in (("fingerprint",), ("doctor",)):
                self.runs_nothing(self.tracked(), *command, env={"HOME": value, "PATH": "/usr/bin:/bin"})

    def test_names_of_projects_and_versions_that_climb(self):
        """poetry's project name and pyenv's version become parts of paths."""
        self.environment.pop("ENVGUARD_TORCH")
        self.make_install(self.work / "x-AbCdEfGh-py3.11")
        (self.work / "poetry.lock").touch()
        (self.work / "pyproject.toml").write_text(f'[project]\nname = "../../../..{self.work}/x"\n', encoding="utf-8")
        (self.work / ".python-version").write_text(f"../../../../../../..{self.work}/x-AbCdEfGh-py3.11\n", encoding="utf-8")
        shims = self.folder / "pyenv" / "shims"
        shims.mkdir(parents=True)
        (self.folder / "pyenv" / "versions").mkdir()
        shim = shims / "python3"
        shim.write_text('#!/bin/sh\nexec "pyenv" exec "python3" "$@"\n', encoding="ascii")
        shim.chmod(0o755)
        self.make_program(self.work / "x-AbCdEfGh-py3.11" / "bin" / "python3")
        self.commit()
        path = {"PATH": f"{shims}:{self.environment['PATH']}"}
        for command in (("fingerprint",), ("doctor",)):
            self.runs_nothing(self.tracked(), *command, env=path)

    def test_text_files_that_are_links_to_devices(self):
        """A link to a device never ends, or waits for a key."""
        self.environment.pop("ENVGUARD_TORCH")
        self.make_install(self.work / ".venv")
        for name, device in ((".python-version", "/dev/zero"), (".venv/pyvenv.cfg", "/dev/zero"), ("poetry.lock", "/dev/tty"),
                             ("uv.lock", "/dev/zero"), ("pyproject.toml", "/dev/zero"),
                             (f".venv/{hostile.PACKAGES}/torch/version.py", "/dev/zero")):
            (self.work / name).unlink(missing_ok=True)
            (self.work / name).symlink_to(device)
        self.commit()
        for command in (("fingerprint",), ("doctor",), ("check", "--ci"), ("init", "--yes")):
            code = harness.MATCH if command == ("doctor",) else None
            self.runs_nothing(self.tracked(), *command, code=code, env={"VIRTUAL_ENV": str(self.work / ".venv")})

    def test_a_library_outside_that_looks_into_the_repository(self):
        """A PyTorch that was built here keeps the checkout in its DT_RUNPATH."""
        self.environment.pop("ENVGUARD_TORCH")
        needed = self.make_library(self.work / "lib" / "libtheirs.so")
        self.commit()
        for kind in ("--enable-new-dtags", "--disable-new-dtags"):
            outside = self.make_install(self.folder / f"outside{kind}")
            for name in hostile.TORCH_LIBRARIES:
                library = outside / hostile.PACKAGES / "torch" / "lib" / name
                library.unlink()
                subprocess.run(["cc", "-shared", "-fPIC", "-o", library, "-x", "c", "/dev/null", "-x", "none",
                                f"-Wl,--no-as-needed,{kind},-rpath,{needed.parent},-soname,{name}", needed], check=True)
            self.refused({"ENVGUARD_TORCH": str(outside)}, commands=MEASURING[:1])


if __name__ == "__main__":
    harness.main()
