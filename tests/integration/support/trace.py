"""What a command and its children started and mapped, as strace tells it."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

CALLS = "execve,execveat,open,openat,mmap,mmap2"
LINE = re.compile(r"^(?P<pid>\d+) +(?P<call>\w+)\((?P<arguments>.*)$")
TEXT = r'"((?:[^"\\]|\\.)*)"(?:\.\.\.)?'
LIST = rf"\[((?:{TEXT}(?:, )?)*)\]"
EXECUTION = re.compile(rf"^(?:\S+, )?{TEXT}, {LIST}(?:, {LIST})?")
MAPPING = re.compile(r"^[^,]+, \d+, (?P<protection>[A-Z_|0-9a-z]+), (?P<flags>[A-Z_|0-9a-z]+), \d+<(?P<path>.*?)>, ")
OPENING = re.compile(rf"^(?:\S+, )?{TEXT}, O_")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "f": "\f", "\\": "\\", '"': '"'}


def plain(text):
    """The text that strace wrote as a C string."""
    def one(found):
        escape = found.group(1)
        return ESCAPES[escape] if escape in ESCAPES else chr(int(escape, 8))
    return re.sub(r"\\([0-7]{1,3}|.)", one, text)


def texts(listing):
    return [plain(found.group(1)) for found in re.finditer(TEXT, listing or "")]


@dataclass(frozen=True)
class Execution:
    """A program that was started, or that somebody tried to start."""

    pid: int
    program: str
    arguments: list
    environment: dict


@dataclass(frozen=True)
class Mapping:
    """A part of a file that was mapped. `program`: what this process was running; empty where it is a thread or has
    started nothing yet."""

    program: str
    path: str
    protection: set


class Trace:
    """The executions and mappings of one trace, and the paths that were opened as they were written, in their order."""

    def __init__(self, text):
        self.executions, self.mappings, self.opened = [], [], []
        running = {}
        for line in text.splitlines():
            found = LINE.match(line)
            if not found:
                continue
            pid, call, arguments = int(found["pid"]), found["call"], found["arguments"]
            if call.startswith("execve") and (told := EXECUTION.match(arguments)):
                environment = dict(text.partition("=")[::2] for text in texts(told.group(4)))
                execution = Execution(pid, plain(told.group(1)), texts(told.group(2)), environment)
                self.executions.append(execution)
                running[pid] = execution.program
            elif call.startswith("open") and (told := OPENING.match(arguments)):
                self.opened.append(plain(told.group(1)))
            elif call.startswith("mmap") and (told := MAPPING.match(arguments)):
                self.mappings.append(Mapping(running.get(pid, ""), plain(told["path"]), set(told["protection"].split("|"))))

    def started(self, name):
        """The executions of the programs whose file name begins so."""
        return [each for each in self.executions if os.path.basename(each.program).startswith(name)]

    def against(self, files):
        """What happened to these files that must never happen to a file of a repository, a sentence each; empty: nothing.

        What LD_PRELOAD and LD_LIBRARY_PATH of the caller map into envguard itself is left out: it is there before `main` is."""
        files = {os.path.realpath(file) for file in files}
        programs = {file for file in files if may_run(file)}
        found = []
        for each in self.executions:
            if names_one(each.program, files):
                found.append(f"{each.program} was started")
            name = os.path.basename(each.program)
            if not name.startswith(("ld-", "ld.so", "envguard-engine", "python")):
                continue
            found += [f"{name} was started with {argument}" for argument in each.arguments[1:]
                      if any(names_one(part, files) for part in argument.split(":"))]
            found += [f"{name} was started with {variable}={value}" for variable, value in each.environment.items()
                      if any(names_one(part, programs) for part in re.split("[:;, ]", value) if part.startswith("/")) or
                      variable == "LD_LIBRARY_PATH" and brings_one(value, files)]
        for each in self.mappings:
            if os.path.realpath(each.path) not in files or os.path.basename(each.program) == "envguard":
                continue
            if {"PROT_EXEC", "PROT_WRITE"} & each.protection:
                found.append(f"{each.path} was mapped {'|'.join(sorted(each.protection))} by {each.program}")
        return found


def may_run(file):
    """Whether the file is a library, a program or a script."""
    try:
        with open(file, "rb") as opened:
            return opened.read(4).startswith((b"\x7fELF", b"#!"))
    except OSError:
        return False


def names_one(text, files):
    """Whether the text is the path of one of the files; a relative one may be relative to any folder."""
    if not text or text == "/":
        return False
    if text.startswith("/"):
        return os.path.realpath(text) in files
    return any(file.endswith("/" + os.path.normpath(text)) for file in files)


def brings_one(value, files):
    """Whether an entry of LD_LIBRARY_PATH is a folder that holds one of the libraries, as the dynamic linker looks for it."""
    folders = [os.path.realpath(entry) for entry in re.split("[:;]", value) if entry.startswith("/")]
    libraries = [file for file in files if ".so" in os.path.basename(file)]
    return any(os.path.dirname(file) == folder or file.startswith(f"{folder}/glibc-hwcaps/")
               for file in libraries for folder in folders)


def may_trace():
    """Whether the kernel lets a process trace its children here; some containers forbid it."""
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


def command(output, *arguments):
    """The command line that runs `arguments` and writes what `Trace` reads to `output`. Only file-backed calls are kept."""
    return ["strace", "-f", "--seccomp-bpf", "-qq", "-v", "-y", "-s", "32768", "-e", f"trace={CALLS}", "-e", "signal=none",
            "-o", str(output), *map(str, arguments)]


def read(output):
    return Trace(Path(output).read_text(encoding="utf-8", errors="surrogateescape"))
