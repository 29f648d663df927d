"""Any command line as an agent: prompt on standard input, edits in the worktree, output kept as it came."""

from __future__ import annotations

import re
from dataclasses import dataclass

from factory_git.agents.protocol import Invocation, Reply, Task, Unreadable
from factory_git.core.command_line import split
from factory_git.core.errors import UsageError

_HOLDER = re.compile(r"\{([a-z_]+)\}")
PLACEHOLDERS = ("worktree", "prompt_file", "spec", "run")


@dataclass(frozen=True, slots=True)
class CommandAgent:
    """``command: my-agent {worktree}``. ``argument`` is the part after the colon; its words are split as a shell would.

    ``{worktree} {prompt_file} {spec} {run}`` are filled in within words, after splitting: a path with blanks stays one
    word. No shell is involved; who wants one writes ``sh -c '…'``. Raises :class:`UsageError` for an empty or badly
    quoted command and for a placeholder that does not exist.
    """

    argument: str

    def __post_init__(self) -> None:
        for word in self._words():
            for name in _HOLDER.findall(word):
                if name not in PLACEHOLDERS:
                    known = " ".join(f"{{{p}}}" for p in PLACEHOLDERS)
                    raise UsageError(f"agent command: unknown placeholder {{{name}}}", hint=f"there are {known}")

    @property
    def name(self) -> str:
        return f"command: {self.argument}"

    def invoke(self, task: Task) -> Invocation:
        values = {
            "worktree": str(task.worktree),
            "prompt_file": str(task.prompt_file),
            "spec": task.spec,
            "run": task.run,
        }
        argv = tuple(_HOLDER.sub(lambda match: values[match[1]], word) for word in self._words())
        return Invocation(argv=argv, stdin=task.prompt.encode())

    def read(self, stdout: bytes, stderr: bytes) -> Reply:
        try:
            return Reply(text=stdout.decode())
        except UnicodeDecodeError as error:
            raise Unreadable(f"the agent's output is not UTF-8 (byte {error.start})") from error

    def _words(self) -> list[str]:
        return split(
            self.argument, what="agent command", who="the agent", hint="--agent 'command: my-agent {worktree}'"
        )
