"""What a secret looks like: well-known tokens by their form, others by the name they stand next to. Pure.

Object ids, digests, fingerprints and UUIDs are no secrets, whatever they stand next to: a ledger is full of them.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

LONGEST = 20_000  # characters of a key block; every repetition below has a bound, so that a scan is linear

_IDS = re.compile(
    r"(?:(?:sha1|sha256|sha512|md5)[:-])?(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})"
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|SHA256:[A-Za-z0-9+/]{43}=?|[0-9A-F]{40}|[0-9A-F]{64}"
)
_PLACEHOLDER = re.compile(
    r"(?i)^[$<{%(&*\[|/~.]|example|change-?me|placeholder|x{4}|\*{3}|\.{3}|your|dummy|redacted|[({]|^(?:(.)\1*)$"
    r"|environ|getenv|process\.env|://"
)
# A name that goes on like this tells of the secret, it does not hold it: `token_digest`, `secret_name`.
_ABOUT = re.compile(
    r"(?i)(?:digest|sha|hash|ids?|count|names?|path|files?|types?|ur[il]|field|length|size|limit|ttl|expir\w*|version"
    r"|ref|regex|pattern|policy|prefix|kind|env|var|s)$"
)
_CHARS = re.compile(r"[A-Za-z0-9+/=_.~-]+")
_HEX = re.compile(r"[0-9a-fA-F]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A secret in a text: its kind, and from where to where it stands."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. The secret is the group ``secret`` of the pattern, or all of it; ``judge`` has the last word."""

    name: str
    pattern: str
    judge: Callable[[re.Match[str]], bool] | None = None


def suspects(data: bytes) -> tuple[Kind, ...]:
    """Those kinds that can be in ``data``. This is what every record pays: a few microseconds."""
    low = data.lower()
    forms, lowered = _gates()
    named = [kinds for search, kinds in forms if search(data)] + [kinds for search, kinds in lowered if search(low)]
    if not named:
        return ()
    wanted = " ".join(named).split()
    return tuple(kind for kind in KINDS if kind.name in wanted)


def hits(text: str, kinds: Sequence[Kind]) -> tuple[Hit, ...]:
    """The secrets in ``text`` in order; where two overlap the one that begins first, then the first in the table."""
    found: list[Hit] = []
    for one in sorted((hit for kind in kinds for hit in _of(kind, text)), key=lambda hit: hit.start):
        if not found or found[-1].end <= one.start:
            found.append(one)
    return tuple(found)


def telling(name: str) -> bool:
    """Whether a value with this name is looked at as a secret."""
    return _compiled(_NAME).search(name) is not None


def _of(kind: Kind, text: str) -> Iterator[Hit]:
    pattern = _compiled(kind.pattern)
    for match in pattern.finditer(text):
        if kind.judge is None or kind.judge(match):
            start, end = match.span("secret" if "secret" in pattern.groupindex else 0)
            yield Hit(kind=kind.name, start=start, end=end)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


# -- the quick look ------------------------------------------------------------------------------------------------

_Gate: TypeAlias = tuple[Callable[[bytes], object], str]
# What stands in every secret of these kinds. A pattern that begins with one rare character is as quick as the search
# for this character: many of them cost what one plain search for a word does.
_FORMS = (
    (
        rb"_(?:(?<=gh[pousr]_)|(?<=github_)pat_|(?<=k_)live_|(?<=whsec_)|(?<=npm_)|(?<=hf_))",
        "github-token stripe-key npm-token hugging-face-token",
    ),
    (
        (
            rb"-(?:----BEGIN|(?<=gl[a-z]t-)|(?<=gl[a-z][a-z]t-)|(?<=glsoat-)|(?<=xox[a-z]-)|(?<=xapp-)|(?<=SPX-)|(?<=sk-)"
            rb"|(?<=pypi-)AgE)"
        ),
        "private-key gitlab-token slack-token google-key pypi-token anthropic-key openai-key",
    ),
    (rb"I(?:(?<=A[KSB]I)A|(?<=AI)za)", "aws-access-key google-key"),
    (rb"J(?<=eyJ)", "json-web-token"),
    (rb"\.(?:(?<=SG\.)|(?<=ya29\.)|(?<=hooks\.)slack)", "sendgrid-key google-key slack-webhook"),
    (rb"://", "url-password"),
)
# The same, in small letters.
_LOWERED = (
    (rb"k(?:(?<=tok)en|ey(?:(?<=[_-]key)|(?<=(?:api|ess|ate|uth|ing|ion|unt)key)))", "named-secret"),
    (rb"secret", "named-secret"),
    (rb"w(?<=passw)", "password"),
    (rb"ph(?<=passph)rase", "password"),
    (rb"b(?:earer |(?<=orization: b)asic )", "authorization"),
)


@functools.cache
def _gates() -> tuple[tuple[_Gate, ...], tuple[_Gate, ...]]:
    forms, lowered = (tuple((re.compile(form).search, kinds) for form, kinds in table) for table in (_FORMS, _LOWERED))
    return forms, lowered


# -- what cannot be told by its form -------------------------------------------------------------------------------


def _random(text: str) -> bool:
    """Whether a word looks drawn by a machine: long, of letters and digits in turn, of high entropy."""
    if len(text) < 16 or not _CHARS.fullmatch(text) or _IDS.fullmatch(text):
        return False
    if _HEX.fullmatch(text):
        return len(text) >= 32 and _entropy(text) >= 3.0
    turns = sum(a.isdigit() != b.isdigit() for a, b in pairwise(c for c in text if c.isalnum()))
    return turns >= 3 and _entropy(text) >= 3.4


def _entropy(text: str) -> float:
    """Bits a character, by how often each stands in ``text`` (Shannon)."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def _assigned(match: re.Match[str]) -> bool:
    """A value that is a secret by its name: random, or a password somebody made up."""
    value = match["secret"]
    if _PLACEHOLDER.search(value) or _IDS.fullmatch(value) or _ABOUT.search(match["rest"]):
        return False
    return _random(value)


def _password(match: re.Match[str]) -> bool:
    value, quoted = match["secret"], match["quote"] is not None
    if _PLACEHOLDER.search(value) or _IDS.fullmatch(value) or _ABOUT.search(match["rest"]):
        return False
    if len(value) < 8 or re.search("(?i)passw|pwd", value) or not re.search("[A-Za-z]", value):
        return False
    if not quoted and re.fullmatch(r"[A-Za-z_]\w*(?:\.\w+)+|[A-Za-z_]+\d?|[\d.:-]+[a-z]*", value):
        return False  # a variable, an attribute, a time
    return bool(re.search(r"\d|[!@#%^&+=?~]" if quoted else r"\d", value))


def _in_address(match: re.Match[str]) -> bool:
    return not _PLACEHOLDER.search(match["secret"]) and match["secret"].lower() not in ("password", "pass", "secret")


def _behind(name: str) -> str:
    """A value behind a name: ``NAME = "value"``, ``NAME: value``, in JSON, in JSON that stands in JSON."""
    return (
        rf"(?i:{name})(?P<rest>[\w-]{{0,30}})(?:\\{{0,3}}[\"'])?[ \t]{{0,4}}(?:=>|:=|=|:)[ \t]{{0,4}}"
        r"(?P<quote>\\{0,3}[\"'`])?(?P<secret>(?(quote)[^\"'`\\\s]{6,500}(?=\\{0,3}[\"'`])|[\w+/=.~!@#%^&*?$-]{6,500}))"
    )


_PASSWORDS = "passw(?:or)?d|passphrase"
_NAMED = r"secret|token|(?:api|access|private|auth|signing|encryption|account)[_-]?key"
_NAME = f"(?i:{_PASSWORDS}|{_NAMED})"


def _kind(name: str, pattern: str, judge: Callable[[re.Match[str]], bool] | None = None) -> Kind:
    return Kind(name=name, pattern=pattern, judge=judge)


_BEGIN, _END = r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----", r"-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY"
_WORD = r"(?<![A-Za-z0-9_-])"  # tokens begin a word: `risk-…` holds no `sk-…`

# The forms are those that the issuers document; prefixes make them all but free of false findings.
KINDS: tuple[Kind, ...] = (
    _kind("private-key", rf"{_BEGIN}(?=(?s:.){{0,300}}?[A-Za-z0-9+/]{{32}})"
          rf"(?:(?s:.){{0,{LONGEST}}}?{_END}(?: BLOCK)?-----|(?s:.){{0,{LONGEST}}})"),
    _kind("aws-access-key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b"),
    _kind("github-token",
          r"\bgh[pousr]_[A-Za-z0-9]{36,255}|\bgithub_pat_[A-Za-z0-9_]{22,255}"),
    _kind("gitlab-token",
          rf"{_WORD}gl(?:pat|dt|rt|ptt|cbt|ft|soat)-[\w.-]{{20,300}}"),
    _kind("slack-token", rf"{_WORD}(?:xox[abeposr](?:\.xox[bp])?-[\w-]{{10,300}}|xapp-\d-[\w-]{{20,300}})"),
    _kind("slack-webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[\w/]{20,200})"),
    _kind("stripe-key", rf"{_WORD}[sr]k_live_[A-Za-z0-9]{{16,250}}|\bwhsec_[\w+/=]{{24,100}}"),
    _kind("google-key", rf"{_WORD}(?:AIza[\w-]{{35}}(?![\w-])|GOCSPX-[\w-]{{28}}|ya29\.[\w-]{{30,1000}})"),
    _kind("npm-token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    _kind("pypi-token", rf"{_WORD}pypi-AgE[In][\w-]{{40,1000}}"),
    _kind("anthropic-key", rf"{_WORD}sk-ant-[\w-]{{20,300}}"),
    _kind("openai-key", rf"{_WORD}sk-(?:(?:proj|svcacct|admin|None)-[\w-]{{20,300}}|[A-Za-z0-9]{{48}}(?![\w-])"
          r"|[\w-]{10,100}T3BlbkFJ[\w-]{10,100})"),
    _kind("hugging-face-token", r"\bhf_[A-Za-z]{34}\b"),
    _kind("sendgrid-key", rf"{_WORD}SG\.[\w-]{{22}}\.[\w-]{{43}}"),
    _kind("json-web-token", rf"{_WORD}eyJ[\w-]{{8,4000}}\.eyJ[\w-]{{8,8000}}\.[\w-]{{16,2000}}"),
    _kind("url-password", r"://[^\s/:@'\"<>\\]{0,100}:(?P<secret>[^\s/:@'\"<>\\]{3,200})@(?=[\w\[.-])", _in_address),
    _kind("authorization", r"(?i:\b(?:bearer|basic))[ \t]{1,3}(?P<secret>[\w+/.~=-]{16,2000})",
          lambda match: not _PLACEHOLDER.search(match["secret"]) and _random(match["secret"])),
    _kind("password", _behind(_PASSWORDS), _password),
    _kind("named-secret", _behind(_NAMED), _assigned),
)  # fmt: skip
NAMES = frozenset(kind.name for kind in KINDS)
