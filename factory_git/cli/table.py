"""The command table: verb → where it is and what it does. The one lazy seam of the program.

A verb is a module of this package with a click command named ``command``. Nothing of a verb is imported before it is
called, so the short texts stand here.
"""

from __future__ import annotations

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("factory_git.cli.init", "start a spec in this repository, from a template"),
    "adopt": ("factory_git.cli.adopt", "draft a spec from code that is there, and freeze what is"),
    "demo": ("factory_git.cli.demo", "make a repository to play with and run everything on it"),
    "desire": ("factory_git.cli.desire", "say what you want of the application"),
    "plan": ("factory_git.cli.plan", "make a morph of a desire: operations on the spec, with level and risk"),
    "apply": ("factory_git.cli.apply", "edit the spec as a morph says, prove it, and move the branch"),
    "status": ("factory_git.cli.status", "where growth stands: wanted, planned, simulated, applied, deployed"),
    "run": ("factory_git.cli.run", "from the spec to proven, promoted code"),
    "spec": ("factory_git.cli.spec", "lint, format, show, split and join specs"),
    "render": ("factory_git.cli.render", "the spec as a picture: flowchart, mindmap, graph, board"),
    "check": ("factory_git.cli.check", "reject code that drifted from its spec"),
    "diff": ("factory_git.cli.diff", "what a change of specs means: mutations, risk, tests, migration"),
    "simulate": ("factory_git.cli.simulate", "run two versions on the same data: what comes out differently"),
    "approve": ("factory_git.cli.approve", "allow mutations of a change, by their fingerprints"),
    "deploy": ("factory_git.cli.deploy", "bring the promoted version to where it runs, data migrated"),
    "rollback": ("factory_git.cli.rollback", "bring spec, code and data back to an earlier deployment"),
    "comment": ("factory_git.cli.comment", "judge a pull request in its CI job, and keep one comment on it"),
    "explain": ("factory_git.cli.explain", "what a rule of the check or a kind of mutation is, and why"),
    "why": ("factory_git.cli.why", "from a line of code to what made it"),
    "lsp": ("factory_git.cli.lsp", "serve an editor: findings, hovers, jumps between code and spec"),
    "map": ("factory_git.cli.map", "find, outline, callers, imports, impact: questions about the code"),
    "log": ("factory_git.cli.log", "what happened, newest first"),
    "watch": ("factory_git.cli.watch", "what happens, as it happens"),
    "list": ("factory_git.cli.list", "records, filtered"),
    "search": ("factory_git.cli.search", "full text over records, prompts and transcripts"),
    "show": ("factory_git.cli.show", "one record"),
    "lineage": ("factory_git.cli.lineage", "stages, variants and versions, with what changed at each step"),
    "metrics": ("factory_git.cli.metrics", "what the deployed application counted of itself, by version"),
    "tree": ("factory_git.cli.tree", "where a record came from, or what came of it"),
    "sync": ("factory_git.cli.sync", "fetch a remote's ledger, unite it with ours, send what it lacks"),
    "remote": ("factory_git.cli.remote", "what remotes have of the ledger, and how git fetch follows it"),
    "verify": ("factory_git.cli.verify", "check every record of the ledger"),
    "hooks": ("factory_git.cli.hooks", "install or remove the Git hooks"),
    "claim": ("factory_git.cli.claim", "who works on which paths, told to other clones"),
    "memory": ("factory_git.cli.memory", "what people and agents want to know later"),
    "doctor": ("factory_git.cli.doctor", "what is wrong with this repository and its ledger, and put it right"),
    "maintenance": ("factory_git.cli.maintenance", "join packs, write the commit graph, tidy the index"),
    "stats": ("factory_git.cli.stats", "records, bytes and growth, by type and week"),
    "merge-driver": ("factory_git.cli.merge_driver", "merge a file of a spec by nodes (Git calls this)"),
    "diff-driver": ("factory_git.cli.diff_driver", "show a change of a spec's file by nodes (Git calls this)"),
    "completion": ("factory_git.cli.completion", "print the completion script of a shell"),
}
