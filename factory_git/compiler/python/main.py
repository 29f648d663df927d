"""``__main__.py`` of the application: ``python -m farmer load | run | show | act | serve | check | migrate``."""

from __future__ import annotations

from factory_git.compiler.python import source
from factory_git.spec.model import Spec

_MAIN = '''
def open_data(path: Path) -> console.Data:
    """The data in this file, with what may be done to it."""
    return console.Data(open_store(path), pipelines.run, guardrails.check)


def main(arguments: list[str] | None = None) -> int:
    """Do what the arguments say; the exit code."""
    program = console.Console(NAME, APP, open_data, server.from_options)
    return program.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
'''


def emit(spec: Spec) -> str:
    """The source of ``__main__.py``."""
    own = {
        "console": "console",
        "guardrails": "guardrails",
        "pipelines": "pipelines",
        "APP": "interface.APP",
        "open_store": "store.open_store",
        "server": "web.server",
    }
    name = f"NAME = {source.quote(f'python -m {spec.package}')}"
    return source.module(f"{spec.title} on the command line", [name, _MAIN], own)
