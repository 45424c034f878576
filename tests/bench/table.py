#!/usr/bin/env python3
"""Prints the benchmark table: table.py BUILD [--repetitions N] [--files N]

Each row compares two commands, run in turn and in the same run; the figures are medians of wall time. A verdict that is
kept is told from nothing but its files, so its rows are measured in a repository whose last check was a match.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CACHE = Path(os.environ.get("ENVGUARD_TEST_TORCH") or Path.home() / ".cache" / "envguard-test")
SUPPORT = Path(__file__).resolve().parents[1] / "integration" / "support"
VENV = CACHE / "python-2.11.0"


class Bench:
    """A scratch home with a locked repository in it."""

    def __init__(self, build, folder):
        self.folder = folder
        self.program = build / "bin" / "envguard"
        self.python = VENV / "bin" / "python"
        self.prek = VENV / "bin" / "prek"
        self.environment = {
            "PATH": f"{self.program.parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "LANG": "C.UTF-8",
            "ENVGUARD_TORCH": str(VENV),
        }

    def run(self, *command, cwd):
        """Runs a command that must succeed."""
        done = subprocess.run([str(part) for part in command], cwd=cwd, env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}")

    def seconds(self, *command, cwd):
        started = time.perf_counter()
        self.run(*command, cwd=cwd)
        return time.perf_counter() - started

    def medians(self, repetitions, **commands):
        """The median seconds of each command; name=(folder, argv…). One round of all comes first and is not counted."""
        samples = {name: [] for name in commands}
        for _ in range(repetitions + 1):
            for name, (cwd, *command) in commands.items():
                samples[name].append(self.seconds(*command, cwd=cwd))
        return {name: statistics.median(values[1:]) for name, values in samples.items()}

    def repository(self, name):
        work = self.folder / name
        work.mkdir()
        self.run("git", "init", "-q", "-b", "main", ".", cwd=work)
        self.run("git", "config", "user.name", "A. Person", cwd=work)
        self.run("git", "config", "user.email", "person@example.org", cwd=work)
        self.run("git", "commit", "-q", "--allow-empty", "-m", "start", cwd=work)
        return work

    def locked_repository(self, name, like=None):
        """A repository with lock and hook, whose last verdict is kept."""
        work = self.repository(name)
        if like:
            for file in ("envguard.toml", ".gitattributes"):
                shutil.copy(like / file, work)
            shutil.copytree(like / "envguard.lock.d", work / "envguard.lock.d")
        else:
            self.run(self.program, "init", "--yes", cwd=work)
            self.run(self.program, "lock", "--device", "cpu", cwd=work)
        self.run("git", "add", "-A", cwd=work)
        self.run("git", "commit", "-q", "-m", "Pin the environment", cwd=work)
        self.run(self.program, "hook", "install", cwd=work)
        self.run(*COMMIT, cwd=work)
        return work

    def peak_memory(self, *command, cwd):
        """The most resident memory, in MiB, of one process itself: not of the engine that it starts."""
        child = subprocess.Popen([str(part) for part in command], cwd=cwd, env=self.environment, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peak = 0
        while child.poll() is None:
            try:
                status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
            except (FileNotFoundError, ProcessLookupError):
                break
            # VmHWM never falls, so the last sample before the end is the peak but for the last millisecond.
            peak = max([peak] + [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")])
            time.sleep(0.001)
        child.wait()
        return peak / 1024


COMMIT = ("git", "commit", "-q", "--allow-empty", "-m", "benchmark")


class Table:
    def __init__(self):
        print(f"{'what':<48} {'measured':>10} {'against':>10} {'ratio':>8} {'aim':>12}  reached")

    @staticmethod
    def milliseconds(seconds):
        return f"{seconds * 1000:.1f} ms"

    def line(self, what, measured, against, ratio, aim, reached):
        print(f"{what:<48} {measured:>10} {against:>10} {ratio:>8} {aim:>12}  {'yes' if reached else 'NO'}", flush=True)

    def ratio(self, what, measured, against, aim):
        self.line(what, self.milliseconds(measured), self.milliseconds(against), f"{measured / against:.3f}", f"<= {aim}",
                  measured / against <= aim)

    def size(self, what, measured, unit, aim):
        self.line(what, f"{measured:.1f} {unit}", "", "", f"<= {aim} {unit}", measured <= aim)


def measure_commands(bench, table, work, repetitions):
    import_torch = (work, bench.python, "-c", "import torch")
    slow = bench.medians(
        repetitions, check=(work, bench.program, "check", "--no-cache"), trying=(work, bench.program, "try"),
        doctor=(work, bench.program, "doctor"), collect=(work, bench.python, "-m", "torch.utils.collect_env"),
        kept=(work, bench.program, "check"), torch=import_torch)
    table.ratio("check --no-cache, both profiles / import torch", slow["check"], slow["torch"], 1.8)
    table.ratio("check, kept verdict / import torch", slow["kept"], slow["torch"], 0.02)
    table.ratio("doctor / torch.utils.collect_env", slow["doctor"], slow["collect"], 0.03)
    table.ratio("try / import torch", slow["trying"], slow["torch"], 3)
    locking = bench.medians(1, lock=(work, bench.program, "lock", "--device", "cpu", "--refresh"))
    table.ratio("lock / check --no-cache", locking["lock"], slow["check"], 30)
    bench.run("git", "checkout", "-q", ".", cwd=work)
    bench.run(*COMMIT, cwd=work)


def measure_doctors(bench, table, build, repetitions):
    """The same program on two machines that fixtures/gpus describes."""
    os.environ["ENVGUARD_BUILD"] = str(build)
    sys.path.insert(0, str(SUPPORT))
    import gpu_machines
    commands = {}
    for name, machine in (("without", "no-driver"), ("fake", "h100-sxm")):
        root = bench.folder / machine
        root.mkdir()
        commands[name] = (bench.folder, gpu_machines.UNDER_TEST, gpu_machines.put(root, gpu_machines.load(machine)), "doctor")
    times = bench.medians(repetitions, **commands)
    table.ratio("doctor without a driver / with a fake one", times["without"], times["fake"], 1)


def measure_commits(bench, table, work, repetitions):
    empty = bench.repository("empty-hook")
    (empty / ".git" / "hooks" / "pre-commit").write_text("#!/bin/sh\n")
    (empty / ".git" / "hooks" / "pre-commit").chmod(0o755)
    prek = bench.repository("prek")
    (prek / ".pre-commit-config.yaml").write_text(
        "repos:\n- repo: local\n  hooks:\n  - {id: nothing, name: nothing, entry: 'true', language: system, always_run: true,"
        " pass_filenames: false}\n")
    bench.run("git", "add", "-A", cwd=prek)
    bench.run(bench.prek, "install", cwd=prek)
    times = bench.medians(repetitions, ours=(work, *COMMIT), empty=(empty, *COMMIT), prek=(prek, *COMMIT))
    more = (times["ours"] - times["empty"]) * 1000
    table.line("commit, kept verdict / with an empty sh hook", table.milliseconds(times["ours"]),
               table.milliseconds(times["empty"]), f"+{more:.1f} ms", "<= +5 ms", more <= 5)
    table.line("commit, kept verdict / with prek running true", table.milliseconds(times["ours"]),
               table.milliseconds(times["prek"]), f"{times['ours'] / times['prek']:.3f}", "< 1",
               times["ours"] < times["prek"])


def measure_large_repository(bench, table, like, files, repetitions):
    work = bench.locked_repository("large", like)
    for number in range(files):
        folder = work / f"d{number // 500}"
        folder.mkdir(exist_ok=True)
        (folder / f"f{number}").touch()
    bench.run("git", "add", "-A", cwd=work)
    bench.run(*COMMIT, cwd=work)
    bench.run(*COMMIT, cwd=work)
    times = bench.medians(repetitions, hook=(work, work / ".git" / "hooks" / "pre-commit"), ls=(work, "git", "ls-files"))
    table.ratio(f"the hook, kept verdict, {files} files / git ls-files", times["hook"], times["ls"], 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=lambda text: Path(text).resolve())
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--files", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="envguard-bench-") as folder:
        bench = Bench(options.build, Path(folder))
        work = bench.locked_repository("locked")
        table = Table()
        measure_commands(bench, table, work, options.repetitions)
        measure_doctors(bench, table, options.build, options.repetitions * 5)
        measure_commits(bench, table, work, options.repetitions * 5)
        measure_large_repository(bench, table, work, options.files, options.repetitions * 3)
        hook = options.build / "libexec" / "envguard" / "envguard-hook"
        table.size("memory of envguard-hook, kept verdict", bench.peak_memory(hook, cwd=work), "MiB", 25)
        shutil.rmtree(bench.folder / "cache")
        table.size("memory of envguard in a hook that measures",
                   bench.peak_memory(bench.program, "hook", "run", cwd=work), "MiB", 25)
        for suffix, aim in ((".toml", 10), (".evidence", 88)):
            lock = next((work / "envguard.lock.d").rglob(f"*{suffix}"))
            table.size(f"the lock, {suffix}", lock.stat().st_size / 1000, "kB", aim)


if __name__ == "__main__":
    main()
