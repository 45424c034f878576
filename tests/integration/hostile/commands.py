"""What each command starts and writes in an honest repository: the table of docs/security.md."""

import os

import harness
import hostile

GIT, LINKER, DRIVER, ENGINE = "git", "the dynamic linker", "the question to the driver", "the engine"


def what_was_started(seen):
    """In the words of the table."""
    for each in seen.executions:
        name = os.path.basename(each.program)
        if name.startswith("ld-"):
            yield LINKER
        elif name == "envguard-engine":
            yield DRIVER if "--devices" in each.arguments else ENGINE
        elif name != "envguard":
            yield name


class Commands(hostile.Hostile):
    def setUp(self):
        super().setUp()
        self.make_locked_repository()

    def starts(self, command, *programs):
        """Runs the command, which starts these programs at most, and changes no file of the repository."""
        _, seen = self.traced(*command)
        self.assertLessEqual(set(what_was_started(seen)), set(programs), command)
        self.assertEqual(self.git("status", "--porcelain", "--ignored").stdout, "", command)
        return set(what_was_started(seen))

    def test_what_reads_alone(self):
        self.envguard(harness.MATCH, "check")
        for command in (("status",), ("explain",), ("explain", "--ack"), ("diff", "HEAD", "HEAD"), ("hook", "status")):
            self.starts(command, GIT)

    def test_what_looks_at_the_install(self):
        self.assertIn(LINKER, self.starts(("doctor",), GIT, LINKER, DRIVER))
        self.starts(("init", "--yes"), GIT, LINKER)

    def test_what_measures(self):
        for command in (("check",), ("fingerprint",)):
            self.assertIn(ENGINE, self.starts(command, GIT, LINKER, DRIVER, ENGINE))
        self.assertNotIn(ENGINE, self.starts(("hook", "run"), GIT, LINKER, DRIVER, ENGINE))  # what check kept


if __name__ == "__main__":
    harness.main()
